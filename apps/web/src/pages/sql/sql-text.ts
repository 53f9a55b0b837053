/** Words that cannot be names without quotes. */
const RESERVED = new Set(
  (
    "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default deferrable desc describe distinct do else " +
    "end except false fetch for foreign from group having in initially intersect into lambda lateral leading limit not null offset on only or order pivot placing " +
    "primary qualify references returning select show some summarize symmetric table then to trailing true union unique unpivot using variadic when where window with " +
    "at join left right full inner outer cross natural"
  ).split(" "),
);

/** A name as it is written in a query: in quotes where it needs them. */
export function quoteName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A part of a text. */
export interface TextPart {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Texts in quotes and comments, in which a semicolon ends nothing. */
const OPAQUE = /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

function ends(text: string): readonly number[] {
  const plain = text.replaceAll(OPAQUE, (part) => " ".repeat(part.length));
  return [...plain.matchAll(/;/g)].map(({ index }) => index);
}

function trimmed(text: string, from: number, to: number): TextPart {
  const part = text.slice(from, to);
  const start = from + (part.length - part.trimStart().length);
  return { from: start, to: Math.max(start, from + part.trimEnd().length), text: part.trim() };
}

/** The statement in which a place of the text lies; the one before it where nothing follows. */
export function statementAt(text: string, position: number): TextPart {
  let from = 0;
  let before: TextPart | undefined;
  for (const end of [...ends(text), text.length]) {
    const part = trimmed(text, from, end);
    if (part.text !== "" && position <= end) return part;
    if (part.text !== "") before = part;
    from = end + 1;
  }
  return before ?? { from: 0, to: 0, text: "" };
}

/** Where a line and column, counted from 1 and in characters, lie in a text. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const at = Math.min(Math.max(line, 1), lines.length) - 1;
  const before = lines.slice(0, at).reduce((sum, item) => sum + item.length + 1, 0);
  return before + [...(lines[at] ?? "")].slice(0, Math.max(0, column - 1)).join("").length;
}

/** The word that begins at a place, or one character where none does. */
export function wordAt(text: string, from: number): TextPart {
  const word = /^(?:"(?:[^"]|"")*"|[\p{L}\p{N}_]+)/u.exec(text.slice(from))?.[0] ?? text.slice(from, from + 1).trimEnd();
  return { from, to: from + word.length, text: word };
}
