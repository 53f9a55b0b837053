/** Kinds of characters as bits, so that most recognisers are ruled out for a value before any of them looks at it. */
export const UPPER = 1;
export const LOWER = 2;
export const DIGIT = 4;
export const SPACE = 8;
export const DASH = 16;
export const DOT = 32;
export const COLON = 64;
export const SLASH = 128;
export const AT = 256;
export const PLUS = 512;
export const PAREN = 1024;
/** Any other ASCII sign. */
export const SIGN = 2048;
/** Letters and everything else beyond ASCII. */
const WIDE = 4096;
export const LETTER = UPPER | LOWER;
export const ANY = 8191;

const CLASSES = new Uint16Array(128).fill(SIGN);
const give = (text: string, bit: number): void => {
  for (const sign of text) CLASSES[sign.charCodeAt(0)] = bit;
};
give("ABCDEFGHIJKLMNOPQRSTUVWXYZ", UPPER);
give("abcdefghijklmnopqrstuvwxyz", LOWER);
give("0123456789", DIGIT);
give(" \t", SPACE);
give("-", DASH);
give(".", DOT);
give(":", COLON);
give("/", SLASH);
give("@", AT);
give("+", PLUS);
give("()", PAREN);

/** The kinds of characters a text has. */
export function classesOf(text: string): number {
  let classes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    classes |= code < 128 ? (CLASSES[code] ?? SIGN) : WIDE;
  }
  return classes;
}
