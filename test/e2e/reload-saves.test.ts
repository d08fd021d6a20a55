import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { SAVE_STYLES } from '../support/save-styles.ts';

/** How many saves of each style, and how many broken files; 100 and 200 make the whole count. */
const SAVES = Number(process.env['CC_ROUTE_TEST_SAVES'] ?? 6);
const BROKEN = Number(process.env['CC_ROUTE_TEST_BROKEN'] ?? 8);

/** A second is what a person waits; the file must be in force by then. */
const IN_FORCE_MS = 1000;

/** Without events the gateway would find out by its look each second, after half of one. */
const MEDIAN_MS = 400;

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = createSandbox();
});
afterAll(() => sandbox[Symbol.dispose]());

/** About 12 kB, so that a save in pieces takes a while. */
const configWith = (model: string) =>
  `{ // ${'a comment '.repeat(1200)}\n  "modelRoutes": { "${model}": { "preset": "echo" } } }\n`;

const isInForce = async (gateway: RunningGateway, model: string) =>
  (await fetch(`${gateway.url}/v1/models/${model}`)).ok;

interface Status {
  readonly configError: string | null;
}
const statusOf = async (gateway: RunningGateway): Promise<Status> =>
  (await fetch(`${gateway.url}/v1/admin/status`)).json() as Promise<Status>;

describe('a save is in force within a second', () => {
  test.each(SAVE_STYLES.map((style) => [style.name, style] as const))(
    '%s',
    async (name, style) => {
      const folder = join(sandbox.root, name.replaceAll(' ', '-'));
      mkdirSync(folder);
      const path = style.create(folder, configWith('model-0'));
      await using gateway = await startGateway({ config: {}, flags: ['--config', path] });
      expect(await isInForce(gateway, 'model-0')).toBe(true);
      const delays: number[] = [];
      for (let count = 1; count <= SAVES; count += 1) {
        await style.save(path, configWith(`model-${count}`), count);
        const savedAt = performance.now();
        await until(`save ${count}`, () => isInForce(gateway, `model-${count}`));
        delays.push(performance.now() - savedAt);
        expect(await isInForce(gateway, `model-${count - 1}`)).toBe(false);
      }
      delays.sort((one, other) => one - other);
      const median = delays[SAVES >> 1] ?? Number.POSITIVE_INFINITY;
      console.log(
        `${name}: ${SAVES} saves, in force after ${median.toFixed(0)} ms (median), ` +
          `${delays.at(-1)?.toFixed(0)} ms (longest)`,
      );
      expect(delays.at(-1)).toBeLessThan(IN_FORCE_MS);
      expect(median).toBeLessThan(MEDIAN_MS);
      expect((await statusOf(gateway)).configError).toBeNull();
      expect(gateway.output()).not.toContain('not reloaded');
    },
    30_000 + SAVES * 1000,
  );
});

/** Mistakes that people make; each with something of its own that the message must name. */
const MISTAKES: readonly ((mark: string) => readonly [text: string, named: string])[] = [
  (mark) => [configWith(mark).slice(0, -4), 'ends too early'],
  (mark) => [`{ "server": { "${mark}": 1 } }`, mark],
  (mark) => [`{ "modelRoutes": { "${mark}": { "preset": "ehco" } } }`, 'echo'],
  (mark) => [`{ "modelRoutes": { "${mark}": { "preset": "echo", "alias": 7 } } }`, mark],
  (mark) => [
    `{ "modelRoutes": { "${mark}": { "preset": "echo", "alias": "x" },
                        "other": { "preset": "echo", "alias": "x" } } }`,
    mark,
  ],
  () => ['', 'empty'],
  (mark) => [`{ "timeouts": { "idleMs": "${mark}" } }`, 'timeouts.idleMs'],
  (mark) => [`{ "server": { "authToken": "\${${mark.replace('-', '_')}}" } }`, 'is not set'],
];

test(
  `a broken file leaves the last good one in force and says so`,
  async () => {
    const path = sandbox.write('broken/config.json', configWith('good'));
    await using gateway = await startGateway({ config: {}, flags: ['--config', path] });
    for (let count = 0; count < BROKEN; count += 1) {
      const mistake = MISTAKES[count % MISTAKES.length];
      const [text, named] = mistake?.(`mark-${count}`) ?? ['', ''];
      const outputBefore = gateway.output().length;
      writeFileSync(path, text);
      const { configError } = await until(`broken file ${count} to be noticed`, async () => {
        const status = await statusOf(gateway);
        return status.configError?.includes(named) === true && status;
      });
      expect(configError).toContain('config.json');
      const answer = await fetch(`${gateway.url}/v1/messages`, {
        method: 'POST',
        body: '{"model":"good","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}',
      });
      expect(answer.status).toBe(200);
      await until('the log to say so', () =>
        gateway.output().slice(outputBefore).includes('error configuration not reloaded: '),
      );
    }
    console.log(`${BROKEN} broken files, each told and none in force`);
    writeFileSync(path, configWith('mended'));
    await until('the mended file', () => isInForce(gateway, 'mended'));
    expect((await statusOf(gateway)).configError).toBeNull();
  },
  30_000 + BROKEN * 1500,
);
