import Anthropic, { AuthenticationError } from '@anthropic-ai/sdk';
import { afterAll, expect, test } from 'bun:test';
import OpenAI, { RateLimitError } from 'openai';
import { until } from './deadline.ts';
import { startFakeUpstream } from './fake-upstream.ts';
import { content, say, text, tool } from './reply.ts';

/** The fakes are worth what the vendors' own clients make of them. */
const anthropicUpstream = await startFakeUpstream({ wire: 'anthropic-messages' });
const openAiUpstream = await startFakeUpstream({ wire: 'openai-chat' });
const anthropic = new Anthropic({
  baseURL: anthropicUpstream.baseURL,
  apiKey: 'key',
  maxRetries: 0,
});
const openai = new OpenAI({ baseURL: openAiUpstream.baseURL, apiKey: 'key', maxRetries: 0 });

afterAll(async () => {
  await anthropicUpstream.stop();
  await openAiUpstream.stop();
});

const twoCalls = content([
  say('Both at once.'),
  tool('Bash', { command: 'echo one' }),
  tool('Bash', { command: 'echo two' }),
]);

const ask = { model: 'm', max_tokens: 64, messages: [{ role: 'user' as const, content: 'hi' }] };
const deliveries = [{}, { gzip: true }, { chunkBytes: 1 }, { gzip: true, chunkBytes: 7 }] as const;

test.each(deliveries)('the Anthropic SDK reads a stream delivered as %j', async (delivery) => {
  anthropicUpstream.enqueue({ ...twoCalls, ...delivery });
  const message = await anthropic.messages.stream(ask).finalMessage();
  expect(message.stop_reason).toBe('tool_use');
  expect(message.content).toMatchObject([
    { type: 'text', text: 'Both at once.' },
    { type: 'tool_use', name: 'Bash', input: { command: 'echo one' } },
    { type: 'tool_use', name: 'Bash', input: { command: 'echo two' } },
  ]);
});

test.each(deliveries)('the OpenAI SDK reads a stream delivered as %j', async (delivery) => {
  openAiUpstream.enqueue({ ...twoCalls, ...delivery });
  const completion = await openai.chat.completions
    .stream({ ...ask, stream_options: { include_usage: true } })
    .finalChatCompletion();
  const [choice] = completion.choices;
  expect(choice?.finish_reason).toBe('tool_calls');
  expect(choice?.message.content).toBe('Both at once.');
  expect(
    choice?.message.tool_calls?.map((call) => call.type === 'function' && call.function.arguments),
  ).toEqual(['{"command":"echo one"}', '{"command":"echo two"}']);
  expect(completion.usage?.completion_tokens).toBe(42);
});

test('both SDKs read whole answers', async () => {
  anthropicUpstream.enqueue(twoCalls);
  openAiUpstream.enqueue(twoCalls);
  const message = await anthropic.messages.create(ask);
  const completion = await openai.chat.completions.create(ask);
  expect(message.content.map((block) => block.type)).toEqual(['text', 'tool_use', 'tool_use']);
  expect(completion.choices[0]?.message.tool_calls).toHaveLength(2);
});

test('errors have the class that the SDKs give to their own', async () => {
  anthropicUpstream.enqueue({ kind: 'error', status: 401 });
  openAiUpstream.enqueue({ kind: 'error', status: 429 });
  const failure = (request: PromiseLike<unknown>) =>
    request.then(
      () => null,
      (error: unknown) => error,
    );
  expect(await failure(anthropic.messages.create(ask))).toBeInstanceOf(AuthenticationError);
  expect(await failure(openai.chat.completions.create(ask))).toBeInstanceOf(RateLimitError);
});

test('faults reach the client as such', async () => {
  for (const fault of [
    { ...text('never whole '.repeat(50)), cutAfterBytes: 700 },
    { kind: 'reset' },
  ] as const) {
    anthropicUpstream.enqueue(fault);
    const failed = await anthropic.messages
      .stream(ask)
      .finalMessage()
      .then(
        () => false,
        () => true,
      );
    expect(failed).toBe(true);
  }
});

test('a reader that leaves is noticed at once, in an endless stream and in silence', async () => {
  for (const fault of [{ kind: 'endless' }, { kind: 'silent' }] as const) {
    anthropicUpstream.enqueue(fault);
    const before = anthropicUpstream.requests.length;
    const abort = new AbortController();
    const request = fetch(`${anthropicUpstream.baseURL}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ ...ask, stream: true }),
      signal: abort.signal,
    });
    if (fault.kind === 'endless') await (await request).body?.getReader().read();
    else await until('the request', () => anthropicUpstream.requests.length > before);
    const seen = anthropicUpstream.last();
    expect(seen.closedEarlyAt).toBeNull();
    abort.abort();
    await request.catch(() => null);
    await until('the close', () => seen.closedEarlyAt);
    expect(seen.answered).toBe(false);
  }
});

test('a request is recorded as it stood on the wire', async () => {
  const before = anthropicUpstream.requests.length;
  const body = '{ "model":"x" , "odd" : 1e400 }';
  await fetch(`${anthropicUpstream.baseURL}/v1/messages?beta=true&x=%20`, {
    method: 'POST',
    headers: { 'X-Odd-Case': 'a' },
    body,
  });
  const seen = anthropicUpstream.requests[before];
  expect(seen?.target).toBe('/anthropic/v1/messages?beta=true&x=%20');
  expect(new TextDecoder().decode(seen?.body)).toBe(body);
  expect(seen?.header('x-odd-case')).toBe('a');
  expect(seen?.header('x-absent')).toBeNull();
});
