import { scanBody } from '../core/body-scan.ts';
import type { Call } from '../core/call.ts';
import type { AnthropicRequest } from '../core/messages.ts';
import type { Policy } from '../core/policy.ts';
import { mentions } from '../lib/bytes.ts';
import type { PdfText } from '../documents/pdf-text.ts';
import type { PdfTexts } from '../documents/pdf-texts.ts';
import type { Target } from '../providers/target.ts';
import type { Attempt, Reply } from '../upstream/attempt.ts';
import { asObject, isObject, nonEmpty, type JsonObject } from '../wire/json.ts';

/** Content stands in messages, and there in results of tools. */
const MAX_DEPTH = 2;

/**
 * Gives the text of PDF files to targets that take no PDF files. Every other document passes as it
 * is; what can't be told as text leaves a note that says what was left out.
 */
export function documents(texts: PdfTexts): Policy<Attempt, Reply> {
  return async (attempt, next) => {
    const { call, target } = attempt;
    const concerned = call.endpoint === 'messages' && !takesPdf(target);
    if (!concerned || !mentionsPdf(call.body)) return next(attempt);
    const request: JsonObject = call.json();
    const messages = await withTexts(request['messages'], texts, target, MAX_DEPTH);
    return next({ ...attempt, call: withBody(call, { ...request, messages }) });
  };
}

/** Spares nearly every body from being parsed. */
const mentionsPdf = mentions('application/pdf');

function takesPdf({ compat, wire }: Target): boolean {
  return wire === 'openai-chat' ? compat.pdf !== 'none' : compat.documents;
}

/** Messages or blocks with the PDFs among them as text. */
async function withTexts(
  list: unknown,
  texts: PdfTexts,
  target: Target,
  depth: number,
): Promise<unknown> {
  if (!Array.isArray(list)) return list;
  return Promise.all(
    list.map(async (entry: unknown) => {
      if (!isObject(entry)) return entry;
      const data = pdfOf(entry);
      if (data !== undefined) return textBlock(entry, await texts.read(data), target);
      if (depth === 0 || !Array.isArray(entry['content'])) return entry;
      return { ...entry, content: await withTexts(entry['content'], texts, target, depth - 1) };
    }),
  );
}

function pdfOf(block: JsonObject): string | undefined {
  const source = asObject(block['source']);
  const isPdf = block['type'] === 'document' && source['media_type'] === 'application/pdf';
  return isPdf && source['type'] === 'base64' ? nonEmpty(source['data']) : undefined;
}

function textBlock(document: JsonObject, pdf: PdfText, target: Target): JsonObject {
  const title = nonEmpty(document['title']) ?? 'document.pdf';
  const cache = document['cache_control'];
  const marks = cache === undefined ? {} : { cache_control: cache };
  if (pdf.kind === 'text') {
    const part =
      pdf.read < pdf.pages
        ? `the first ${pdf.read} of ${pdf.pages} pages`
        : pdf.pages === 1
          ? '1 page'
          : `${pdf.pages} pages`;
    const context = nonEmpty(document['context']);
    const what = `PDF, ${part}, as text; pictures and layout are left out`;
    return {
      type: 'document',
      title,
      context: context === undefined ? what : `${context} (${what})`,
      source: { type: 'text', media_type: 'text/plain', data: pdf.text },
      ...marks,
    };
  }
  const why =
    pdf.kind === 'pictures'
      ? `its pages (${pdf.pages}) hold pictures without text`
      : `its text can't be read: ${pdf.reason}`;
  const reason = `${target.provider.label} takes no PDF files, and ${why}`;
  return { type: 'text', text: `[document "${title}" omitted: ${reason}]`, ...marks };
}

/** The call with another body, and otherwise the same. */
function withBody(call: Call, request: JsonObject): Call {
  const body = new Uint8Array(Buffer.from(JSON.stringify(request), 'utf8'));
  const { modelSpan, members } = scanBody(body);
  return { ...call, body, modelSpan, members, json: () => request as AnthropicRequest };
}
