import { expect } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import { anthropicMessages } from '../../src/wire/anthropic-messages/index.ts';
import { messagesCall, messagesTarget } from '../support/anthropic-messages.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startTestServer } from '../support/server.ts';
import { nextOf, readerOf, stage } from '../support/upstream-stage.ts';
import type { Json } from '../support/openai-chat.ts';
import type { Vector } from './vectors.ts';

const WHOLE_MESSAGE = [
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'end',
];

/**
 * Vectors that no decoder or encoder of openai-chat can hold by itself: they are of the layers
 * around it, and held there. All the others are held by `vectors.test.ts`.
 */
export const LAYERS: Readonly<Record<string, (vector: Vector) => Promise<void>>> = {
  /** The anthropic-messages format: what passes to Anthropic itself. */
  async req_passthrough_strips_foreign_signature({ input }) {
    const verbatim = '"system":[ {"type":"text","text":"S"} ],"unknown_field":{"b":1.0, "a":[2e3]}';
    const body = `${JSON.stringify(input).slice(0, -1)},${verbatim}}`;
    const call = messagesCall(body, { 'anthropic-beta': 'beta-1,beta-2' });
    const target = messagesTarget({ preset: 'anthropic', model: 'claude-sonnet-5' });
    const encoded = anthropicMessages.encode(call, target);
    const sent = Buffer.from(encoded.body).toString();
    expect(sent).toContain('{"type":"thinking","thinking":"y","signature":"EqQBReal"}');
    expect(sent).not.toContain('ccp1');
    expect(sent).toEndWith(`,${verbatim}}`);
    expect(encoded.headers.get('anthropic-beta')).toBe('beta-1,beta-2');
  },

  /** The upstream layer has the clock: a decoder can't ping. */
  async st_silence_pings({ input }) {
    const s = stage();
    await s.clock.advance(0);
    let pings = 0;
    const seen: string[] = [];
    let reader: ReturnType<typeof readerOf> | null = null;
    for (const step of input['chunks'] as (string | { sleep_ms: number })[]) {
      if (typeof step === 'string') {
        await s.give(step);
        continue;
      }
      reader ??= readerOf(await s.reply);
      const reading = reader;
      seen.push(...((await nextOf(reading)) ?? []));
      const waiting = (async () => {
        for (;;) {
          const types = (await nextOf(reading)) ?? [];
          seen.push(...types);
          if (!types.every((type) => type === 'ping')) return;
          pings += 1;
        }
      })();
      await s.clock.advance(step.sleep_ms);
      void waiting.then(() => seen.push('end'));
    }
    await s.clock.advance(0);
    expect(pings).toBeGreaterThanOrEqual(2);
    expect(seen.filter((type) => type !== 'ping')).toEqual(WHOLE_MESSAGE);
  },

  /** The upstream layer chooses the status, the HTTP layer the body. */
  async st_empty_body_200() {
    const s = stage();
    await s.clock.advance(0);
    await s.end();
    const error = await s.reply.then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(GatewayError);
    expect((error as GatewayError).rule).toMatchObject({ status: 502, type: 'api_error' });

    const upstream = await startFakeUpstream({
      wire: 'openai-chat',
      script: {
        kind: 'raw',
        status: 200,
        body: '',
        headers: { 'content-type': 'text/event-stream' },
      },
    });
    await using server = await startTestServer({
      modelRoutes: { m: { baseURL: upstream.baseURL, wire: 'openai-chat', authToken: 'k' } },
      retry: { maxAttempts: 1 },
    });
    const response = await server.post({ model: 'm', stream: true });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    await upstream.stop();
  },

  /** The HTTP layer: the list that Claude Code's model discovery reads. */
  async err_models_discovery({ input }) {
    const routes = {
      'MiniMax-M2.5': { alias: 'mm25', preset: 'minimax', authToken: 'k' },
      'claude-mine': { preset: 'anthropic', authToken: 'k' },
      'my-model': { baseURL: 'http://127.0.0.1:9/v1' },
    };
    await using server = await startTestServer({ modelRoutes: routes });
    const started = performance.now();
    const response = await fetch(server.url + String(input['endpoint']), {
      headers: input['headers'] as Record<string, string>,
      redirect: 'manual',
    });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(response.status).toBe(200);
    const list = (await response.json()) as { data: Json[] } & Json;
    const ids = list.data.map((model) => String(model['id']));
    const found = (name: string) =>
      ids.some((id) => /^(?:claude|anthropic)/u.test(id) && id.includes(name));
    expect(['mm25', 'claude-mine', 'my-model'].filter((name) => !found(name))).toEqual([]);
    for (const model of list.data) {
      expect(model).toMatchObject({ type: 'model', display_name: expect.any(String) });
      expect(Number.isNaN(Date.parse(String(model['created_at'])))).toBe(false);
    }
    expect(list).toMatchObject({ has_more: false, first_id: ids[0], last_id: ids.at(-1) });
  },
};
