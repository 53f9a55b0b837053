import { isUtf8 } from "node:buffer";
import { tryDecode } from "./decode.ts";
import { byteOrderMark, type Encoding } from "./encodings.ts";
import { scoreText } from "./score-text.ts";

/** The encoding a file was found to have, and what speaks for it. */
export interface EncodingFinding {
  readonly encoding: Encoding;
  /** 0 to 1. */
  readonly confidence: number;
  readonly runnerUp: Encoding | null;
  readonly hasByteOrderMark: boolean;
  /** A sentence for people. */
  readonly evidence: string;
}

const LEGACY: readonly Encoding[] = [
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "iso-8859-2",
  "iso-8859-15",
  "shift_jis",
  "gb18030",
  "big5",
  "euc-kr",
  "euc-jp",
  "koi8-r",
  "windows-1253",
  "windows-1254",
  "macintosh",
];

/** Encodings that are rare, or cannot be told from an earlier one by most texts, need to be clearly better. */
const HANDICAP: Readonly<Partial<Record<Encoding, number>>> = {
  "iso-8859-15": 0.02,
  "windows-1250": 0.03,
  "iso-8859-2": 0.04,
  "koi8-r": 0.1,
  "windows-1253": 0.1,
  "windows-1254": 0.05,
  macintosh: 0.12,
  big5: 0.05,
};

/** How much around the bytes above ASCII is looked at. */
const WINDOW_BYTES = 96;
const MAX_WINDOWS = 4000;

/** Shares of zero bytes at even and at odd places. */
function zeroShares(sample: Uint8Array): readonly [even: number, odd: number] {
  const zeros: [number, number] = [0, 0];
  for (let at = 0; at < sample.length; at += 1) if (sample[at] === 0) zeros[at % 2 === 0 ? 0 : 1] += 1;
  const half = Math.max(1, sample.length / 2);
  return [zeros[0] / half, zeros[1] / half];
}

function utf16Without(sample: Buffer): EncodingFinding | undefined {
  const [even, odd] = zeroShares(sample);
  const encoding: Encoding | undefined = odd > 0.3 && even < 0.05 ? "utf-16le" : even > 0.3 && odd < 0.05 ? "utf-16be" : undefined;
  if (encoding === undefined || tryDecode(sample, encoding) === undefined) return undefined;
  const share = Math.round(Math.max(even, odd) * 100);
  const evidence = `no byte order mark, but ${share} of 100 characters have a zero byte where ${encoding.toUpperCase()} has one`;
  return { encoding, confidence: 0.9, runnerUp: encoding === "utf-16le" ? "utf-16be" : "utf-16le", hasByteOrderMark: false, evidence };
}

/** The lines of a sample that hold bytes above ASCII, which alone tell legacy encodings apart. */
function tellingParts(sample: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < sample.length && parts.length < MAX_WINDOWS; ) {
    if ((sample[at] as number) < 0x80) {
      at += 1;
      continue;
    }
    const lineStart = sample.lastIndexOf(0x0a, at) + 1;
    const found = sample.indexOf(0x0a, at);
    const lineEnd = found < 0 ? sample.length : found + 1;
    const isShort = lineEnd - lineStart <= 16 * WINDOW_BYTES;
    parts.push(isShort ? sample.subarray(lineStart, lineEnd) : sample.subarray(at, Math.min(lineEnd, at + 16 * WINDOW_BYTES)));
    at = isShort ? lineEnd : Math.min(lineEnd, at + 16 * WINDOW_BYTES);
  }
  return Buffer.concat(parts);
}

interface Scored {
  readonly encoding: Encoding;
  readonly score: number;
}

/** All characters of the sample that a byte above ASCII stands for, shortened for showing. */
function examples(text: string): string {
  const words = text.match(/[\p{L}\p{N}'’]*[^\u0000-\u007f\s][\p{L}\p{N}'’]*/gu) ?? [];
  return [...new Set(words)]
    .slice(0, 5)
    .map((word) => `“${word.slice(0, 24)}”`)
    .join(", ");
}

function legacy(sample: Buffer): EncodingFinding {
  const parts = tellingParts(sample);
  const scored = LEGACY.flatMap((encoding): readonly Scored[] => {
    const text = tryDecode(parts, encoding);
    return text === undefined ? [] : [{ encoding, score: scoreText(text, encoding) - (HANDICAP[encoding] ?? 0) }];
  }).toSorted((left, right) => right.score - left.score);
  const [first, second] = scored;
  if (first === undefined) {
    return { encoding: "utf-8", confidence: 0, runnerUp: null, hasByteOrderMark: false, evidence: "its bytes are no text in any known encoding" };
  }
  const text = tryDecode(parts, first.encoding) ?? "";
  const margin = first.score - (second?.score ?? 0);
  return {
    encoding: first.encoding,
    confidence: Math.max(0.05, Math.min(0.95, first.score * 0.6 + margin)),
    runnerUp: second?.encoding ?? null,
    hasByteOrderMark: false,
    evidence: `not valid UTF-8; as ${first.encoding} it reads ${examples(text)}`,
  };
}

/** Counts the characters of several bytes, and how many bytes fit no such character. */
function utf8Facts(sample: Buffer): { readonly good: number; readonly bad: number } {
  let good = 0;
  let bad = 0;
  for (const char of new TextDecoder("utf-8").decode(sample, { stream: true })) {
    if (char === "\ufffd") bad += 1;
    else if (char > "\u007f") good += 1;
  }
  return { good, bad };
}

/**
 * Decides how a file's text is encoded from a sample of its bytes (its front, and what lies around later bytes above ASCII).
 * Text in UTF-8 with a few broken places stays UTF-8, so that reading it is refused at that place instead of showing rubble.
 */
export function detectEncoding(sample: Buffer): EncodingFinding {
  const mark = byteOrderMark(sample);
  if (mark !== undefined)
    return { encoding: mark.encoding, confidence: 1, runnerUp: null, hasByteOrderMark: true, evidence: "it begins with a byte order mark" };
  const wide = sample.includes(0) ? utf16Without(sample) : undefined;
  if (wide !== undefined) return wide;
  const text = tryDecode(sample, "utf-8");
  if (text !== undefined) {
    const isAscii = isUtf8(sample) && text.length === sample.length;
    const evidence = isAscii ? "it holds nothing but ASCII" : `every character is valid UTF-8, for example ${examples(text)}`;
    return { encoding: "utf-8", confidence: 1, runnerUp: isAscii ? "windows-1252" : null, hasByteOrderMark: false, evidence };
  }
  const { good, bad } = utf8Facts(sample);
  if (good > bad * 4) {
    const evidence = `${good} characters are valid UTF-8, ${bad} places are not`;
    return { encoding: "utf-8", confidence: good / (good + bad), runnerUp: legacy(sample).encoding, hasByteOrderMark: false, evidence };
  }
  return legacy(sample);
}
