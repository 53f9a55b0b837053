/** Grows with every change of the rules below: datasets whose words were made by older ones are written anew. */
export const WORDS_MADE_BY = 1;

const MAX_WORD = 40;
const MAX_WORDS = 4_000;
/** Shorter words have too many that differ in one letter. */
const MIN_MISTYPED = 4;
/** Words of this length may have two mistakes. */
const MIN_TWICE_MISTYPED = 8;

/** Without accents, and with a space where a name in camel case begins its next word. */
function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase();
}

/** The words of a text in lower case: `customerEmail` and `customer_email` are both `customer` and `email`. */
export function wordsOf(text: string): string[] {
  return (plain(text).match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.slice(0, MAX_WORD));
}

/** The words of a name, and the name written as one word. */
function wordsOfName(name: string): string[] {
  const whole = name.split(/\s+/).flatMap((part) => {
    const parts = wordsOf(part);
    const joined = parts.join("");
    return parts.length > 1 && joined.length <= MAX_WORD ? [joined] : [];
  });
  return [...wordsOf(name), ...whole];
}

/** What stands for "a word that begins like this" among a dataset's words, for beginnings that too many words have. */
export const beginningKey = (letters: string): string => `^${letters}`;
export const MAX_BEGINNING = 2;

const withBeginnings = (words: readonly string[]): string[] => [
  ...new Set(words.slice(0, MAX_WORDS).flatMap((word) => [word, beginningKey(word.slice(0, 1)), beginningKey(word.slice(0, MAX_BEGINNING))])),
];

/** What a dataset says about itself. */
export interface Described {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly columns: readonly string[];
}

/** The words a dataset is found by: those of its name, and all of them. */
export function wordsOfDataset({ name, description, tags, columns }: Described): { readonly nameWords: string[]; readonly words: string[] } {
  const nameWords = wordsOfName(name);
  const words = [...nameWords, ...tags.flatMap(wordsOfName), ...wordsOf(description).slice(0, MAX_WORDS / 8), ...columns.flatMap(wordsOfName)];
  return { nameWords: withBeginnings(nameWords), words: withBeginnings([...new Set(words)]) };
}

/** Three letters in a row, as a word is found by a part of it. */
export function partKeys(word: string): string[] {
  const keys = new Set<string>();
  for (let start = 0; start + 3 <= word.length; start += 1) keys.add(`~${word.slice(start, start + 3)}`);
  return [...keys];
}

function withoutOneLetter(word: string): string[] {
  return Array.from({ length: word.length }, (_, index) => word.slice(0, index) + word.slice(index + 1));
}

export const mayBeMistyped = (word: string): boolean => word.length >= MIN_MISTYPED;

/** How many mistakes a word of this length is forgiven. */
export const forgivenIn = (word: string): number => (word.length >= MIN_TWICE_MISTYPED ? 2 : Number(mayBeMistyped(word)));

/** What a word of the catalog is found by: its parts, itself, and itself without any one letter. */
export function keysOf(word: string): string[] {
  return [...new Set([...partKeys(word), ...(mayBeMistyped(word) ? [word, ...withoutOneLetter(word)] : [])])];
}

/** The keys that words spelled like `word` have at least one of. */
export function alikeKeys(word: string): string[] {
  const once = withoutOneLetter(word);
  const twice = forgivenIn(word) > 1 ? once.flatMap(withoutOneLetter) : [];
  return [...new Set([word, ...once, ...twice])];
}

/** Whether the letters that end before both places are each other's neighbours swapped. */
function isSwapped(left: string, right: string, row: number, column: number): boolean {
  return row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
}

/** Letters to add, leave out, replace or swap with their neighbour to make one word of the other. */
export function mistakesBetween(left: string, right: string): number {
  const rows = [Array.from({ length: right.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= left.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = at(row - 1, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const swapped = isSwapped(left, right, row, column) ? at(row - 2, column - 2) + 1 : replaced;
      rows[row]?.push(Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, replaced, swapped));
    }
  }
  return at(left.length, right.length);
}
