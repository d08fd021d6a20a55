import { resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import { GatewayError } from '../../core/errors.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { RecentCalls } from '../../telemetry/recent-calls.ts';
import { makeCall } from '../call.ts';
import { command, UsageError } from '../command.ts';
import { configArg, jsonArg, loadTable } from '../configuration.ts';
import { EXIT, print, printError, printJson } from '../output.ts';
import { answerText } from '../trace/answer.ts';
import { readRequest } from '../trace/bundle.ts';
import { timelineText } from '../trace/timeline.ts';

export default command({
  name: 'replay',
  description:
    'Send a request that cc-route trace saved with its content to a route of your choice, and show the answer and what happened. Nothing else answers in its place.',
  example: 'cc-route replay trace.json --model d4f',
  args: {
    trace: {
      type: 'positional',
      required: true,
      valueHint: 'file',
      description: 'The saved file.',
    },
    model: { type: 'string', valueHint: 'alias', description: 'The route to send it to.' },
    beta: {
      type: 'string',
      valueHint: 'list',
      description: 'The value of the anthropic-beta header, which is not saved.',
    },
    json: jsonArg,
    config: configArg,
  },
  async run(args) {
    if (args.model === undefined) throw new UsageError('--model is needed: where to send it');
    const request = readRequest(resolve(args.trace));
    const { config, table } = await loadTable(args.config, process.env);
    if (table.find(args.model) === undefined) {
      throw new UsageError(`--model ${args.model}: no route has this name; see cc-route models`);
    }
    const recent = new RecentCalls();
    const gateway = createGateway(alone(config), { sinks: [recent.sink], env: process.env });
    const call = makeCall(
      { ...request, model: args.model },
      {
        'cache-control': 'no-cache',
        ...(args.beta === undefined ? {} : { 'anthropic-beta': args.beta }),
      },
    );
    const answer = await ask(() => gateway.handle(call));
    const found = recent.find(call.id);
    if (args.json === true) printJson({ ...answer, call: found ?? null });
    else {
      if (answer.error === null) print(`${answerText(answer.body)}\n`);
      else printError(`${answer.error}\n`);
      if (found !== undefined) print(timelineText(found));
    }
    return answer.error === null ? EXIT.ok : EXIT.failure;
  },
});

/** Every route by itself: a fallback would hide what is to be seen. */
const alone = (config: Config): Config => ({
  ...config,
  routes: config.routes.map((route) => Object.assign({}, route, { fallback: [] })),
  scenarios: {
    ...config.scenarios,
    background: [],
    think: [],
    image: [],
    longContext: { ...config.scenarios.longContext, routes: [] },
  },
});

interface Answer {
  readonly status: number;
  readonly body: string;
  /** `null`: an answer came, whatever it says. */
  readonly error: string | null;
}

async function ask(
  send: () => ReturnType<ReturnType<typeof createGateway>['handle']>,
): Promise<Answer> {
  try {
    const reply = await send();
    const body = await new Response(reply.body as Uint8Array<ArrayBuffer> | ReadableStream).text();
    await reply.outcome;
    return { status: reply.status, body, error: null };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { status: error.rule.status, body: '', error: error.message };
  }
}
