import { expect, test } from 'bun:test';
import { WIRE_NAMES } from '../../src/providers/spec.ts';
import { routeTo, startGateway } from '../support/clauder.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { text } from '../support/reply.ts';

/** Claude Code shows a notice of waiting at 20 s without an event; Bun closes at 10 s by default. */
test('a provider that falls silent in mid-stream: pings keep the client, and the rest arrives', async () => {
  const upstreams = await Promise.all(
    WIRE_NAMES.map((wire) =>
      startFakeUpstream({
        wire,
        script: text('the rest of the story', { silenceMs: 15_000 }),
      }),
    ),
  );
  await using gateway = await startGateway({
    config: {
      modelRoutes: Object.fromEntries(
        upstreams.map((upstream) => [upstream.wire, routeTo(upstream)]),
      ),
    },
  });
  await Promise.all(
    WIRE_NAMES.map(async (wire) => {
      const response = await fetch(`${gateway.url}/v1/messages`, {
        method: 'POST',
        body: JSON.stringify({
          model: wire,
          max_tokens: 16,
          stream: true,
          messages: [{ role: 'user', content: 'hi' }],
        }),
      });
      const events: [atMs: number, text: string][] = [];
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        events.push([performance.now(), decoder.decode(chunk)]);
      }
      const gaps = events.slice(1).map(([at], index) => at - (events[index]?.[0] ?? 0));
      const answer = events.map(([, part]) => part).join('');
      expect(Math.max(...gaps)).toBeLessThan(15_000);
      expect(Math.max(...gaps)).toBeGreaterThan(5000);
      expect(answer).toContain('event: ping\n');
      expect(answer).toEndWith('event: message_stop\ndata: {"type":"message_stop"}\n\n');
    }),
  );
  for (const upstream of upstreams) await upstream.stop();
}, 40_000);
