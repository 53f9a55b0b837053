import { classesOf } from "./cell-classes.ts";
import { FORMED, type Recogniser } from "./recogniser.ts";

/** Looking into texts costs more than looking at cells; a share is as good from so many. */
const MAX_TEXTS = 1_000;
/** With more text than this in one value the rest is left out, so that one document does not take all the time. */
const MAX_CHARACTERS = 4_000;
const LONG_WORDS = 8;
const LONG_SHARE = 0.2;

/** Kinds that may stand inside of a text; names and places would need to understand it. */
const IN_TEXT = new Set([
  "email",
  "phone",
  "credit_card",
  "iban",
  "ip_address",
  "us_ssn",
  "secret",
  "crypto_address",
  "gb_nino",
  "es_nif",
  "it_fiscal_code",
  "fi_hetu",
  "br_cpf",
  "se_personnummer",
  "mac_address",
]);

const WORD_BREAK = /[\s"'`{}[\]<>|;,=]+/;
const EDGES = /^[(.:!?]+|[).:!?]+$/g;
/** Numbers with spaces, dashes, points and brackets in them. */
const NUMBERS = /[+(]?\d[\d ()./-]{5,26}\d/g;
const GROUPED_IBAN = /\b[A-Z]{2}\d{2}(?: [A-Z0-9]{1,4}){3,8}\b/g;

/** What stands in a text and may be a value of its own. */
function piecesOf(text: string): readonly string[] {
  const words = text.split(WORD_BREAK).map((word) => word.replace(EDGES, ""));
  return [...words, ...(text.match(NUMBERS) ?? []).map((number) => number.trim()), ...(text.match(GROUPED_IBAN) ?? [])];
}

function hasManyWords(text: string): boolean {
  let words = 1;
  for (let at = 0; at < text.length && words < LONG_WORDS; at += 1) if (text.charCodeAt(at) === 32) words += 1;
  return words >= LONG_WORDS;
}

/** Whether values are texts to be looked into rather than values to be taken whole. */
export function isLongText(values: readonly string[]): boolean {
  const some = values.slice(0, MAX_TEXTS);
  return some.filter(hasManyWords).length > some.length * LONG_SHARE;
}

/** What one recogniser found inside of texts. */
export interface TextTally {
  readonly recogniser: Recogniser;
  texts: number;
  readonly examples: string[];
}

/** In how many texts there is something of each kind, and how many were looked at. Digits alone and mere shapes do not count. */
export function tallyTexts(values: readonly string[], recognisers: readonly Recogniser[]): { readonly looked: number; readonly tallies: readonly TextTally[] } {
  const tallies = recognisers
    .filter(({ entity, strength }) => IN_TEXT.has(entity) && (strength === "evident" || strength === "checksum"))
    .map((recogniser): TextTally => ({ recogniser, texts: 0, examples: [] }));
  const texts = values.slice(0, MAX_TEXTS);
  for (const text of texts) {
    const pieces = piecesOf(text.slice(0, MAX_CHARACTERS)).filter((piece) => piece.length >= 6);
    const classes = pieces.map(classesOf);
    for (const tally of tallies) {
      const { recogniser } = tally;
      const found = pieces.find((piece, at) => {
        const { length, allowed, required } = recogniser;
        const has = classes[at] ?? 0;
        const isPossible = piece.length >= length[0] && piece.length <= length[1] && (has & ~allowed) === 0 && (has & required) === required;
        return isPossible && recogniser.test(piece) === FORMED;
      });
      if (found === undefined) continue;
      tally.texts += 1;
      if (tally.examples.length < 3) tally.examples.push(found);
    }
  }
  return { looked: texts.length, tallies };
}
