import type { UpstreamProblem } from '../../core/errors.ts';
import { redact } from '../../lib/redact.ts';
import { asNumber, asObject, isObject, nonEmpty, objects, type JsonObject } from '../json.ts';

/** Longest piece of an upstream's text that is quoted, in characters. */
const MAX_QUOTE_CHARS = 500;
const MAX_RAW_CHARS = 300;

const UNKNOWN: UpstreamProblem = { text: '', code: '', type: '', status: undefined };

/**
 * Reads the error in a JSON value; `null` where there is none. Shapes: OpenAI's `{ error: { … } }`,
 * `{ error: "…" }`, OpenRouter's with `metadata.raw`, vLLM's and Mistral's `{ object: "error" }`,
 * Gemini's list, FastAPI's `{ detail }`, `{ message }`, `{ code, msg }` and `{ errors: [ … ] }`.
 */
export function readProblem(value: unknown): UpstreamProblem | null {
  if (Array.isArray(value)) return readProblem(value[0]);
  if (!isObject(value)) return null;
  const { error, errors, detail } = value;
  if (isObject(error)) return fromFields(error);
  if (typeof error === 'string') return { ...fromFields(value), text: error };
  if (Array.isArray(errors) && errors.length > 0) {
    const text = objects(errors)
      .map(validationText)
      .filter((part) => part !== '')
      .join('; ');
    if (text !== '') return { ...UNKNOWN, text };
    return isObject(errors[0]) ? fromFields(errors[0]) : { ...UNKNOWN, text: String(errors[0]) };
  }
  if (typeof detail === 'string') return { ...fromFields(value), text: detail };
  if (detail !== undefined && detail !== null) {
    const parts = objects(detail).map(validationText);
    const text =
      parts.filter((part) => part !== '').join('; ') || nonEmpty(asObject(detail)['message']);
    return { ...UNKNOWN, text: text ?? JSON.stringify(detail) };
  }
  const named = value['object'] === 'error' || value['type'] === 'error';
  const spoken = nonEmpty(value['message']) ?? nonEmpty(value['msg']);
  return named || spoken !== undefined ? fromFields(value) : null;
}

/** FastAPI's validation error as Anthropic writes it: `messages.1.role: Input should be …`. */
function validationText({ loc, msg }: JsonObject): string {
  const text = nonEmpty(msg) ?? '';
  const path = Array.isArray(loc) ? loc.filter((step) => step !== 'body').join('.') : '';
  return path === '' || text === '' ? text : `${path}: ${text}`;
}

function fromFields(fields: JsonObject): UpstreamProblem {
  const metadata = asObject(fields['metadata']);
  const text =
    nonEmpty(fields['message']) ?? nonEmpty(fields['msg']) ?? nonEmpty(fields['detail']) ?? '';
  const raw = rawText(metadata['raw']);
  const reasons = Array.isArray(metadata['reasons']) ? metadata['reasons'].join(', ') : '';
  const filtered = filterCategories(asObject(fields['innererror']));
  const counts = tokenCounts(fields);
  const extra = [raw === text ? '' : raw, reasons, filtered, counts].filter((part) => part !== '');
  const code = fields['code'];
  const number = asNumber(code) ?? asNumber(Number(nonEmpty(code) ?? Number.NaN));
  const status = number ?? asNumber(fields['status']) ?? asNumber(fields['status_code']);
  const param = nonEmpty(fields['param']);
  return {
    text: [text, ...extra].filter((part) => part !== '').join(' – '),
    code: typeof code === 'string' || typeof code === 'number' ? String(code).toLowerCase() : '',
    type: (nonEmpty(fields['type']) ?? nonEmpty(fields['status']) ?? '').toLowerCase(),
    status: status !== undefined && status >= 400 && status < 600 ? status : undefined,
    ...(param === undefined ? {} : { param }),
  };
}

/** OpenRouter puts the text of the provider behind it into `metadata.raw`, often as JSON. */
function rawText(raw: unknown): string {
  if (typeof raw !== 'string') return isObject(raw) ? (readProblem(raw)?.text ?? '') : '';
  return readProblem(parseJSON(raw))?.text ?? raw;
}

/** Azure's `innererror.content_filter_result`: the categories that matched. */
function filterCategories(inner: JsonObject): string {
  const result = asObject(inner['content_filter_result']);
  return Object.entries(result)
    .filter(([, value]) => asObject(value)['filtered'] === true)
    .map(([category]) => category)
    .join(', ');
}

/** llama.cpp tells the numbers of an overflow beside its message. */
function tokenCounts({ n_prompt_tokens: prompt, n_ctx: context }: JsonObject): string {
  return asNumber(prompt) === undefined || asNumber(context) === undefined
    ? ''
    : `n_prompt_tokens: ${Number(prompt)}, n_ctx: ${Number(context)}`;
}

/** Reads an error answer's body; an HTML page has nothing worth quoting. */
export function readProblemBytes(body: Uint8Array): UpstreamProblem {
  const text = new TextDecoder().decode(body).trim();
  const parsed = parseJSON(text);
  if (parsed !== undefined && typeof parsed !== 'string') return readProblem(parsed) ?? UNKNOWN;
  if (text.startsWith('<')) return UNKNOWN;
  return { ...UNKNOWN, text: text.slice(0, MAX_RAW_CHARS) };
}

/**
 * Words for which Claude Code 2.1.330 shows a text of its own in place of the whole message, such
 * as "Not logged in · Please run /login": right for Anthropic, misleading for anyone else.
 */
const HIJACKED: readonly (readonly [RegExp, string])[] = [
  [/x-api-key/gi, 'API key header'],
  [/credit balance is too low/gi, 'credit balance too low'],
];

/** The text as a sentence without anything that looks like a key, and not too long. */
export function quote(text: string): string {
  const short = text.length > MAX_QUOTE_CHARS ? `${text.slice(0, MAX_QUOTE_CHARS)}…` : text;
  const clean = HIJACKED.reduce(
    (result, [pattern, words]) => result.replaceAll(pattern, words),
    redact(short).replaceAll(/\s+/g, ' ').trim(),
  );
  return clean === '' || /[.!?…]$/.test(clean) ? clean : `${clean}.`;
}

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
