import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { findChromium, startChromium, type Browser, type Page } from '../support/chromium.ts';
import { routeTo, startGateway, type RunningGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { text } from '../support/reply.ts';

/** A real browser at the gateway: what the page of `release/examples` does, and what others can't. */
const chromium = findChromium();
if (chromium === null)
  console.error('Chromium is not installed: the tests with a browser are left out.');

const examples = join(import.meta.dir, '../../release/examples');
const TOKEN = 'the-gateway-token';

/** Serves pages from an origin of its own. */
const serve = () =>
  Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/stream.html') return new Response(Bun.file(join(examples, 'stream.html')));
      return new Response('<!doctype html><title>empty</title>', {
        headers: { 'content-type': 'text/html' },
      });
    },
  });

describe.skipIf(chromium === null)('a page in Chromium', () => {
  let browser: Browser;
  let gateway: RunningGateway;
  let upstream: FakeUpstream;
  const allowed = serve();
  const other = serve();
  const originOf = (site: typeof allowed) => `http://127.0.0.1:${site.port}`;
  const socketAddress = () => `ws://127.0.0.1:${gateway.port}/v1/stream`;

  beforeAll(async () => {
    browser = await startChromium(chromium ?? '');
    upstream = await startFakeUpstream({ wire: 'openai-chat' });
    gateway = await startGateway({
      config: {
        modelRoutes: { story: routeTo(upstream) },
        server: { authToken: TOKEN, allowedOrigins: [originOf(allowed)] },
      },
    });
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await gateway.stop();
    await upstream.stop();
    await allowed.stop(true);
    await other.stop(true);
  });

  const openExample = async () => {
    const page = await browser.newPage();
    await page.goto(`${originOf(allowed)}/stream.html`);
    await page.evaluate(`
      address.value = ${JSON.stringify(socketAddress())};
      model.value = 'story';
      token.value = ${JSON.stringify(TOKEN)};
    `);
    return page;
  };
  const click = (page: Page, selector: string) =>
    page.evaluate(`document.querySelector('${selector}').click()`);
  const shown = (page: Page) =>
    page.evaluate<{ answer: string; state: string }>(
      `({ answer: answer.textContent, state: state.textContent })`,
    );

  test('the example of the project streams an answer, and another over the same socket', async () => {
    upstream.use(text('Once upon a time, in a browser far away …', { pauseMs: 20 }));
    const page = await openExample();
    await click(page, 'button');
    const partial = await until('the first words', async () => {
      const now = await shown(page);
      return now.answer !== '' && now;
    });
    expect(partial.state).toBe('streaming …');
    await until('the end', async () => (await shown(page)).state === 'complete');
    expect((await shown(page)).answer).toBe('Once upon a time, in a browser far away …');
    const file = process.env['CC_ROUTE_TEST_SCREENSHOT'];
    if (file !== undefined) await page.screenshot(file);

    await page.evaluate(`model.value = 'no-such-model'`);
    await click(page, 'button');
    await until('the error', async () => (await shown(page)).state === 'not_found_error');
    expect((await shown(page)).answer).toContain('no-such-model');

    upstream.use(text('The end.'));
    await page.evaluate(`model.value = 'story'`);
    await click(page, 'button');
    await until('the other answer', async () => (await shown(page)).answer === 'The end.');
    await page.close();
  });

  test('Cancel ends the answer; closing the tab does, too', async () => {
    upstream.use({ kind: 'endless', pauseMs: 10 });
    const page = await openExample();
    await click(page, 'button');
    await until('some words', async () => (await shown(page)).answer !== '');
    await click(page, '#cancel');
    await until('the end', async () => (await shown(page)).state === 'canceled');
    await until('the upstream to be closed', () => upstream.last().closedEarlyAt);

    const before = upstream.requests.length;
    await click(page, 'button');
    await until('the next request', () => upstream.requests.length > before);
    await page.close();
    await until('the upstream to be closed', () => upstream.last().closedEarlyAt);
  });

  test('a page that is busy for a while loses no event', async () => {
    const words = Array.from({ length: 3000 }, (_, count) => `word-${count}`).join(' ');
    upstream.use(text(words));
    const page = await openExample();
    await click(page, 'button');
    await page.evaluate(
      `{ const end = performance.now() + 1500; while (performance.now() < end); }`,
    );
    await until('the end', async () => (await shown(page)).state === 'complete');
    expect((await shown(page)).answer).toBe(words);
    await page.close();
  });

  test('a wrong token gets an error and a closed socket', async () => {
    const page = await openExample();
    await page.evaluate(`token.value = 'wrong'`);
    const before = upstream.requests.length;
    await click(page, 'button');
    await until('the end', async () => (await shown(page)).state.startsWith('closed (1008'));
    expect(upstream.requests).toHaveLength(before);
    await page.close();
  });

  test('an allowed page may use fetch as well, and sees who answered', async () => {
    upstream.use(text('By plain HTTP.'));
    const page = await browser.newPage();
    await page.goto(originOf(allowed));
    const request = {
      model: 'story',
      max_tokens: 9,
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    };
    const fetched = await page.evaluate<{ status: number; id: string; body: string }>(
      `fetch('${gateway.url}/v1/messages', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': '${TOKEN}' },
        body: '${JSON.stringify(request)}',
      }).then(async (response) => ({
        status: response.status,
        id: response.headers.get('request-id'),
        body: await response.text(),
      }))`,
    );
    expect(fetched).toMatchObject({ status: 200, id: expect.stringMatching(/^req_/u) });
    expect(fetched.body).toContain('message_stop');
    await page.close();
  });

  test('a page of another origin gets nothing, whatever it tries', async () => {
    const page = await browser.newPage();
    await page.goto(originOf(other));
    const before = upstream.requests.length;
    const request = { model: 'story', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
    const attempts = (protocols: readonly string[]) => `new Promise((resolve) => {
      const seen = [];
      const socket = new WebSocket('${socketAddress()}', ${JSON.stringify(protocols)});
      socket.onopen = () => { seen.push('open'); socket.send('${JSON.stringify(request)}'); };
      socket.onmessage = ({ data }) => seen.push(data);
      socket.onclose = ({ code }) => resolve([...seen, code]);
    })`;
    expect(await page.evaluate<unknown>(attempts([]))).toEqual([1006]);
    const withToken = ['cc-route.v1', `cc-route.token.${TOKEN}`];
    expect(await page.evaluate<unknown>(attempts(withToken))).toEqual([1006]);

    // A form's kind of request needs no leave of the other side to be sent.
    const posted = await page.evaluate<string>(
      `fetch('${gateway.url}/v1/messages', { method: 'POST', mode: 'no-cors', body: '${JSON.stringify(request)}' })
        .then((response) => response.type, () => 'failed')`,
    );
    expect(['opaque', 'failed']).toContain(posted);
    expect(upstream.requests).toHaveLength(before);
    await page.close();
  });
});
