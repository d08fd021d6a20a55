import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Chromium is installed; `null`: nowhere. */
export function findChromium(): string | null {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return names.map((name) => Bun.which(name)).find((path) => path !== null) ?? null;
}

/** One tab, driven over the DevTools protocol (https://chromedevtools.github.io/devtools-protocol). */
export interface Page {
  goto(url: string): Promise<void>;
  /** Evaluates an expression in the page, and waits for it where it is a promise. */
  evaluate<Value>(expression: string): Promise<Value>;
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

export interface Browser extends AsyncDisposable {
  newPage(): Promise<Page>;
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

type Send = (
  method: string,
  params?: object,
  sessionId?: string,
) => Promise<Readonly<Record<string, unknown>>>;

/** Starts a browser without a window, with a profile of its own. */
export async function startChromium(path: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'test-chromium-'));
  const child = Bun.spawn(
    [
      path,
      '--headless=new',
      // Its sandbox needs rights that containers don't give; the pages are our own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--no-first-run',
      '--no-proxy-server',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' },
  );
  const socket = new WebSocket(await debuggingAddress(child.stderr));
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('no connection to Chromium'));
  });
  const { send, waitFor } = protocol(socket);
  return {
    async newPage() {
      const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      const session = sessionId as string;
      await send('Page.enable', {}, session);
      return {
        async goto(url) {
          const loaded = waitFor('Page.loadEventFired', session);
          const { errorText } = await send('Page.navigate', { url }, session);
          if (errorText !== undefined) throw new Error(`${url}: ${errorText as string}`);
          await loaded;
        },
        async evaluate<Value>(expression: string) {
          const params = { expression, awaitPromise: true, returnByValue: true };
          const { result, exceptionDetails } = await send('Runtime.evaluate', params, session);
          if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
          return (result as { value: Value }).value;
        },
        async screenshot(file) {
          const { data } = await send('Page.captureScreenshot', { format: 'png' }, session);
          await Bun.write(file, Buffer.from(data as string, 'base64'));
        },
        async close() {
          await send('Target.closeTarget', { targetId });
        },
      };
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      child.kill();
      await child.exited;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function debuggingAddress(stderr: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let said = '';
  for await (const chunk of stderr) {
    said += decoder.decode(chunk, { stream: true });
    const address = /DevTools listening on (ws:\S+)/u.exec(said)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`Chromium ended:\n${said}`);
}

function protocol(socket: WebSocket) {
  const pending = new Map<number, PromiseWithResolvers<Readonly<Record<string, unknown>>>>();
  const listeners = new Set<(answer: Answer) => void>();
  let count = 0;
  socket.onmessage = ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    for (const listener of listeners) listener(answer);
    if (answer.id === undefined) return;
    if (answer.error === undefined) pending.get(answer.id)?.resolve(answer.result ?? {});
    else pending.get(answer.id)?.reject(new Error(answer.error.message));
    pending.delete(answer.id);
  };
  const send: Send = (method, params = {}, sessionId) => {
    count += 1;
    const answered = Promise.withResolvers<Readonly<Record<string, unknown>>>();
    pending.set(count, answered);
    socket.send(JSON.stringify({ id: count, method, params, ...(sessionId && { sessionId }) }));
    return answered.promise;
  };
  const waitFor = (method: string, sessionId: string) =>
    new Promise<void>((resolve) => {
      const listener = (answer: Answer): void => {
        if (answer.method !== method || answer.sessionId !== sessionId) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
    });
  return { send, waitFor };
}
