/** A run of words that both texts have, or only one of them. */
export interface DiffPart {
  readonly kind: "same" | "old" | "new";
  readonly text: string;
}

/** More pairs of words are not compared one by one: the middle then counts as replaced whole. */
const MOST_PAIRS = 1_000_000;

const WORDS = /\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;

const wordsOf = (text: string): readonly string[] => text.match(WORDS) ?? [];

function sharedStart(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/** For each pair of places the longest run of words that both ends share, in order. */
function longestShared(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        a[i] === b[j] ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  return lengths;
}

function middle(a: readonly string[], b: readonly string[]): DiffPart[] {
  if (a.length * b.length > MOST_PAIRS)
    return [
      { kind: "old", text: a.join("") },
      { kind: "new", text: b.join("") },
    ];
  const lengths = longestShared(a, b);
  const at = (i: number, j: number) => lengths[i * (b.length + 1) + j] ?? 0;
  const parts: DiffPart[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const kind = a[i] === b[j] ? "same" : at(i, j + 1) > at(i + 1, j) ? "new" : "old";
    parts.push({ kind, text: (kind === "new" ? b[j] : a[i]) ?? "" });
    if (kind !== "new") i += 1;
    if (kind !== "old") j += 1;
  }
  return [...parts, { kind: "old", text: a.slice(i).join("") }, { kind: "new", text: b.slice(j).join("") }];
}

/** Runs of one kind as one part. */
function joined(parts: readonly DiffPart[]): DiffPart[] {
  const runs: { kind: DiffPart["kind"]; text: string }[] = [];
  for (const { kind, text } of parts) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text !== "") runs.push({ kind, text });
  }
  return runs;
}

/** Which words of a text became which: what was taken out, what came in, and what stayed, in reading order. */
export function wordDiff(before: string, after: string): DiffPart[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  const start = sharedStart(a, b);
  const end = sharedStart(a.slice(start).toReversed(), b.slice(start).toReversed());
  const same = (words: readonly string[]): DiffPart => ({ kind: "same", text: words.join("") });
  return joined([same(a.slice(0, start)), ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)), same(a.slice(a.length - end))]);
}
