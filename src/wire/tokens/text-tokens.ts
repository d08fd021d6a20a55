/** UTF-8 bytes of English text or code per token. */
const BYTES_PER_TOKEN = 3.6;
/** Tokens per character of Chinese, Japanese and Korean. */
const TOKENS_PER_CJK = 1.1;

const FIRST_CJK = 0x2e80;
const LAST_CJK = 0xd7ff;
const FIRST_WIDE = 0xf900;
const LAST_WIDE = 0xffef;

/** Counts the tokens of a text. */
export type CountText = (text: string) => number;

/** Tokens by the text's length alone: thousands of times faster than a tokenizer, and rough. */
export const estimateText: CountText = (text) => {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes === text.length) return bytes / BYTES_PER_TOKEN;
  let wide = 0;
  let wideBytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if ((code >= FIRST_CJK && code <= LAST_CJK) || (code >= FIRST_WIDE && code <= LAST_WIDE)) {
      wide += 1;
      wideBytes += 3;
    }
  }
  return wide * TOKENS_PER_CJK + (bytes - wideBytes) / BYTES_PER_TOKEN;
};
