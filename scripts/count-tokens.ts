import { loadTokenizer } from '../src/tokens/tokenizer.ts';
import { requestTokens } from '../src/wire/tokens/request-tokens.ts';
import { estimateText } from '../src/wire/tokens/text-tokens.ts';

/**
 * What counting tokens costs: loading, memory, the first count of a body and the rate of further
 * ones, on bodies as Claude Code sends them. `bun scripts/count-tokens.ts [SECONDS]`
 */
const seconds = Number(process.argv[2] ?? 1);
const fixtures = new URL('../test/fixtures/claude-code/2.1.330/', import.meta.url);

type Body = Parameters<typeof requestTokens>[0] & { messages: unknown[]; tools: unknown[] };

async function bodyOf(name: string): Promise<Body> {
  const { body } = (await Bun.file(new URL(`${name}.json`, fixtures)).json()) as { body: Body };
  return body;
}

/** What the whole process holds, in MB. */
function residentMB(): number {
  Bun.gc(true);
  return process.memoryUsage.rss() / 1e6;
}

function rate(work: (round: number) => unknown): string {
  const end = performance.now() + seconds * 1000;
  let rounds = 0;
  for (; performance.now() < end; rounds += 1) work(rounds);
  return `${Math.round(rounds / seconds).toLocaleString('en')} per second`;
}

const before = residentMB();
const started = performance.now();
const count = await loadTokenizer();
const loadMs = performance.now() - started;
console.log(
  `tokenizer: loaded in ${loadMs.toFixed(0)} ms, ${(residentMB() - before).toFixed(0)} MB`,
);

const turn = await bodyOf('third-turn');
const text = JSON.stringify(turn);
const first = performance.now();
const tokens = requestTokens(turn, count);
console.log(
  `a turn of ${Math.round(text.length / 1000)} kB: ${tokens} tokens, first counted in ` +
    `${(performance.now() - first).toFixed(1)} ms; by length alone ${requestTokens(turn, estimateText)}`,
);
const parse = (json: string) => JSON.parse(json) as Body;
console.log(`  again: ${rate(() => requestTokens(parse(text), count))}`);
const grown = (round: number) => {
  const body = parse(text);
  body.messages.push({
    role: 'user',
    content: `${round} ${'and something new to say '.repeat(80)}`,
  });
  return requestTokens(body, count);
};
console.log(`  each time with 2 kB of new text: ${rate(grown)}`);

const all = await bodyOf('count-tokens-tools');
const bodies = all.tools.map((tool) => JSON.stringify({ ...all, tools: [tool] }));
const one = (round: number) => requestTokens(parse(bodies[round % bodies.length] ?? '{}'), count);
console.log(`one tool at a time, as /context asks: ${rate(one)}`);
