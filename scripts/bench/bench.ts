import type { Contender, GatewayProgram } from './contenders.ts';
import type { FigureKind, Figures } from './figures.ts';
import type { Peer } from './ipc.ts';
import type { LeaveResult, LoadCommand, LoadResult } from './load-commands.ts';
import type { Effort } from './options.ts';
import type { UpstreamAnswers } from './upstream.ts';
import type { Workplace } from './workplace.ts';

export interface BenchParts {
  readonly place: Workplace;
  readonly load: Peer;
  readonly upstream: Peer;
  readonly upstreamPort: number;
  readonly contenders: readonly Contender[];
  /** The compiled executable where there is one, and the sources. */
  readonly programs: readonly [GatewayProgram, ...GatewayProgram[]];
  readonly effort: Effort;
  readonly figures: Figures;
  readonly say: (text: string) => void;
}

/** What the cases work with. */
export class Bench {
  readonly place: Workplace;
  readonly upstreamPort: number;
  readonly contenders: readonly Contender[];
  readonly programs: BenchParts['programs'];
  readonly effort: Effort;
  readonly #parts: BenchParts;

  constructor(parts: BenchParts) {
    this.#parts = parts;
    this.place = parts.place;
    this.upstreamPort = parts.upstreamPort;
    this.contenders = parts.contenders;
    this.programs = parts.programs;
    this.effort = parts.effort;
  }

  say(text: string): void {
    this.#parts.say(text);
  }

  record(kind: FigureKind, contender: string, value: number): void {
    this.#parts.figures.record(kind, contender, value);
  }

  /**
   * Lets every contender take its turn in each round, each round beginning with another one. A
   * contender that fails is out of this case, and the run goes on.
   */
  async rounds(
    caseName: string,
    count: number,
    contenders: readonly Contender[],
    turn: (contender: Contender) => Promise<void>,
    warmUp: (contender: Contender) => Promise<unknown> = async () => {},
  ): Promise<void> {
    const out = new Set<Contender>();
    const attempt = async (contender: Contender, work: typeof warmUp): Promise<void> => {
      if (out.has(contender)) return;
      await this.guarded(caseName, contender.name, async () => {
        await work(contender);
      }).then((worked) => worked || out.add(contender));
    };
    this.say(`${caseName}: warming up`);
    for (const contender of contenders) await attempt(contender, warmUp);
    for (let round = 0; round < count; round += 1) {
      this.say(`${caseName}: round ${round + 1} of ${count}`);
      for (let turns = 0; turns < contenders.length; turns += 1) {
        const contender = contenders[(round + turns) % contenders.length];
        if (contender !== undefined) await attempt(contender, turn);
      }
    }
  }

  /** @returns whether it worked; where not, the run has failed and goes on. */
  async guarded(caseName: string, contender: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#parts.figures.failures.push({ case: caseName, contender, message });
      this.say(`${caseName}: ${contender} failed: ${message}`);
      return false;
    }
  }

  /**
   * @returns the result, when every single answer was right.
   * @throws Error with the first fault otherwise.
   */
  async load(command: Exclude<LoadCommand, { kind: 'leave' }>): Promise<LoadResult> {
    const result = await this.#parts.load.ask<LoadResult>(command);
    if (result.problem !== null) {
      throw new Error(
        `${result.failed} of ${result.failed + result.completed} answers: ${result.problem}`,
      );
    }
    if (result.completed === 0) throw new Error('no answer came');
    return result;
  }

  leave(command: Extract<LoadCommand, { kind: 'leave' }>): Promise<LeaveResult> {
    return this.#parts.load.ask<LeaveResult>(command, 10_000);
  }

  upstream<Name extends keyof UpstreamAnswers>(question: Name): Promise<UpstreamAnswers[Name]> {
    return this.#parts.upstream.ask<UpstreamAnswers[Name]>(question, 5_000);
  }
}
