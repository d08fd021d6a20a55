import type { ContentPart, TextPart, UserPart } from './chat.ts';
import { flattened } from '../flattened.ts';
import type { EncodeContext } from './context.ts';
import { asText, asObject, isObject, nonEmpty, objects, type JsonObject } from '../json.ts';

/** A content block of Anthropic's as parts of a user message; nothing for one without content. */
export function contentParts(block: JsonObject, context: EncodeContext): ContentPart[] {
  switch (block['type']) {
    case 'text':
      return textParts(block['text'], block, context);
    case 'image':
      return [imagePart(asObject(block['source']), context)];
    case 'document':
      return documentParts(block, context);
    case 'search_result':
      return textParts(searchResultText(block), block, context);
    default:
      return textParts(flattened(block), block, context);
  }
}

/** Text that has something in it. Kept apart from others only where a cache mark hangs on it. */
function textParts(text: unknown, block: JsonObject, { compat }: EncodeContext): TextPart[] {
  if (typeof text !== 'string' || text.trim() === '') return [];
  const control = compat.cacheControl ? block['cache_control'] : undefined;
  const part: TextPart = { type: 'text', text };
  return [isObject(control) ? { ...part, cache_control: control } : part];
}

/** One string where there is only text, as the templates of many models expect it. */
export function joinParts(parts: ContentPart[]): string | ContentPart[] {
  const plain = parts.every((part) => part.type === 'text' && part.cache_control === undefined);
  if (!plain) return parts;
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n\n');
}

function note(text: string): TextPart {
  return { type: 'text', text: `[${text}]` };
}

function imagePart(source: JsonObject, { target, compat }: EncodeContext): UserPart {
  if (target.facts.vision === false) return note('image omitted: model has no vision');
  const url = nonEmpty(source['url']);
  if (source['type'] === 'url' && url !== undefined) {
    return compat.imageURLs || url.startsWith('data:')
      ? { type: 'image_url', image_url: { url } }
      : note(`image omitted: ${target.provider.label} takes no image URLs: ${url}`);
  }
  const data = nonEmpty(source['data']);
  if (data === undefined) return note('image omitted: it is stored at another provider');
  const mediaType = nonEmpty(source['media_type']) ?? 'image/png';
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } };
}

function documentParts(block: JsonObject, context: EncodeContext): ContentPart[] {
  const source = asObject(block['source']);
  const title = nonEmpty(block['title']);
  const data = nonEmpty(source['data']);
  const url = nonEmpty(source['url']);
  if (source['type'] === 'base64' && data !== undefined) {
    const mediaType = nonEmpty(source['media_type']) ?? 'application/pdf';
    if (!mediaType.startsWith('text/')) return [pdfPart(data, title ?? 'document.pdf', context)];
    const plain = { type: 'text', data: Buffer.from(data, 'base64').toString('utf8') };
    return documentParts({ ...block, source: plain }, context);
  }
  if (source['type'] === 'url' && url !== undefined) {
    return [linkedPdf(url, title ?? 'document.pdf', context)];
  }
  const header = [
    title === undefined ? '' : `title: ${title}`,
    nonEmpty(block['context']) === undefined ? '' : `context: ${asText(block['context'])}`,
  ].filter((line) => line !== '');
  if (source['type'] === 'content' && Array.isArray(source['content'])) {
    const head = header.length === 0 ? [] : [note(`document ${header.join(', ')}`)];
    const inner = objects(source['content']).flatMap((one) => contentParts(one, context));
    return [...head, ...inner];
  }
  const text = data ?? nonEmpty(source['content']) ?? '';
  if (text.trim() === '' && header.length === 0) {
    return [note('document omitted: it is stored at another provider')];
  }
  return textParts([...header, text].filter((line) => line !== '').join('\n'), block, context);
}

/** OpenAI's file part (API reference, "File content part"), or what the vendor has instead. */
function pdfPart(data: string, name: string, { compat, target }: EncodeContext): ContentPart {
  if (compat.pdf === 'file') {
    const file_data = `data:application/pdf;base64,${data}`;
    return { type: 'file', file: { filename: name, file_data } };
  }
  if (compat.pdf === 'file_url') {
    return { type: 'file_url', file_url: { url: data }, file_name: name };
  }
  if (compat.pdf === 'document_url') {
    const document_url = `data:application/pdf;base64,${data}`;
    return { type: 'document_url', document_url, document_name: name };
  }
  return note(`document "${name}" omitted: ${target.provider.label} takes no PDF files`);
}

/** A PDF that the vendor loads by itself. */
function linkedPdf(url: string, name: string, { compat, target }: EncodeContext): ContentPart {
  if (compat.pdf === 'file_url') return { type: 'file_url', file_url: { url }, file_name: name };
  if (compat.pdf === 'document_url') {
    return { type: 'document_url', document_url: url, document_name: name };
  }
  return note(`document "${name}" omitted: ${target.provider.label} can't load ${url}`);
}

function searchResultText(block: JsonObject): string {
  const lines = objects(block['content']).map((one) => nonEmpty(one['text']) ?? '');
  return [`title: ${asText(block['title'])}`, `source: ${asText(block['source'])}`, ...lines].join(
    '\n',
  );
}
