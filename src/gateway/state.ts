import { PdfTexts } from '../documents/pdf-texts.ts';
import type { Clock } from '../lib/clock.ts';
import { AnswerCache } from '../policies/answer-cache.ts';
import { Circuits } from '../policies/circuits.ts';
import { KeyRing } from '../policies/key-ring.ts';
import { Buckets } from '../policies/rate-limit.ts';
import { Learned } from '../policies/learned.ts';
import { RetryBudget } from '../policies/retry-budget.ts';
import { SessionTargets } from '../policies/session-targets.ts';

/** What the policies have learned. Made once for a gateway; a reload of the configuration keeps it. */
export interface GatewayState {
  readonly circuits: Circuits;
  readonly learned: Learned;
  readonly retryBudget: RetryBudget;
  readonly sessions: SessionTargets;
  readonly buckets: Buckets;
  readonly answers: AnswerCache;
  readonly pdfTexts: PdfTexts;
  readonly keyRing: KeyRing;
}

export function createState(clock: Clock): GatewayState {
  return {
    circuits: new Circuits(clock),
    learned: new Learned(clock),
    retryBudget: new RetryBudget(),
    sessions: new SessionTargets(clock),
    buckets: new Buckets(clock),
    answers: new AnswerCache(clock),
    pdfTexts: new PdfTexts(() => clock.now()),
    keyRing: new KeyRing(clock),
  };
}
