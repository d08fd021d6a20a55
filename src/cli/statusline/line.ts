import { formatTokens } from '../../lib/units.ts';

/** What a status line says. `null`: not known, and left out. */
export interface StatusFacts {
  /** As the session asks for it. */
  readonly model: string;
  /** Where it leads: a provider's name. */
  readonly provider: string | null;
  /** Tokens in the context now, and how many fit. */
  readonly context: { readonly used: number; readonly window: number | null } | null;
  /** USD. */
  readonly session: Spent | null;
  readonly today: Spent | null;
}

/** What was spent, in USD. */
export interface Spent {
  readonly usd: number;
  /** Some of the models have no known price: it was more. */
  readonly isMore: boolean;
}

const ANSI = { dim: 2, yellow: 33, red: 31 } as const;

/** `d4f → DeepSeek · 42k of 205k (20%) · $0.12 · today $3.40` */
export function statusLine(facts: StatusFacts, hasColour: boolean): string {
  const paint = (style: keyof typeof ANSI, text: string): string =>
    hasColour ? `\u{1B}[${ANSI[style]}m${text}\u{1B}[0m` : text;
  const { model, provider, context, session, today } = facts;
  const parts = [
    provider === null ? model : `${model} ${paint('dim', `→ ${provider}`)}`,
    context === null ? '' : contextText(context, paint),
    session === null ? '' : money(session),
    today === null ? '' : paint('dim', `today ${money(today)}`),
  ];
  return parts.filter((part) => part !== '').join(paint('dim', ' · '));
}

function contextText(
  { used, window }: NonNullable<StatusFacts['context']>,
  paint: (style: keyof typeof ANSI, text: string) => string,
): string {
  if (window === null) return formatTokens(used);
  const share = used / window;
  const text = `${formatTokens(used)} of ${formatTokens(window)} (${Math.round(share * 100)}%)`;
  if (share >= 0.9) return paint('red', text);
  return share >= 0.7 ? paint('yellow', text) : text;
}

/** Cents, and below a cent what is left of it. */
function money({ usd, isMore }: Spent): string {
  const text = usd > 0 && usd < 0.01 ? usd.toFixed(4) : usd.toFixed(2);
  return `$${text}${isMore ? '+' : ''}`;
}
