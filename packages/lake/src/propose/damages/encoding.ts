import { and, call, compare, type Expression, literal, or, regexMatch } from "@granary/engine";
import { isSame } from "../cells/text-parts.ts";

/** What the bytes 0x80 to 0x9F are in Windows-1252, but for the five it does not use. */
const WINDOWS: readonly (readonly [byte: number, character: string])[] = [
  [0x80, "€"],
  [0x82, "‚"],
  [0x83, "ƒ"],
  [0x84, "„"],
  [0x85, "…"],
  [0x86, "†"],
  [0x87, "‡"],
  [0x88, "ˆ"],
  [0x89, "‰"],
  [0x8a, "Š"],
  [0x8b, "‹"],
  [0x8c, "Œ"],
  [0x8e, "Ž"],
  [0x91, "‘"],
  [0x92, "’"],
  [0x93, "“"],
  [0x94, "”"],
  [0x95, "•"],
  [0x96, "–"],
  [0x97, "—"],
  [0x98, "˜"],
  [0x99, "™"],
  [0x9a, "š"],
  [0x9b, "›"],
  [0x9c, "œ"],
  [0x9e, "ž"],
  [0x9f, "Ÿ"],
];
const CHARACTERS = WINDOWS.map(([, character]) => character).join("");
const BYTES = WINDOWS.map(([byte]) => String.fromCodePoint(byte)).join("");

/** The bytes of a text in UTF-8, as pairs of digits with a blank behind each, so that no pattern matches across two. */
const bytesOf = (text: Expression): Expression => call("regex_replace", call("encode_hex", call("encode_utf8", text)), literal("(..)"), literal("\\1 "));

/** The bytes a text was before somebody took them for Windows-1252: characters up to U+00FF stand for one byte each. */
function bytesBefore(text: Expression): Expression {
  const asBytes = bytesOf(call("translate", text, literal(CHARACTERS), literal(BYTES)));
  const low = call("regex_replace", asBytes, literal("C2 ([89AB].)"), literal("\\1"));
  // In small letters, so that no step takes what another one made.
  const steps = [
    ["8", "c"],
    ["9", "d"],
    ["A", "e"],
    ["B", "f"],
  ] as const;
  return call(
    "upper",
    steps.reduce((bytes, [from, to]) => call("regex_replace", bytes, literal(`C3 ${from}(.)`), literal(`${to}\\1`)), low),
  );
}

const REPLACED = ["\uFFFD", "?"] as const;

/** Whether a text was read in the wrong encoding, lost the characters it could not keep, or composes them otherwise. */
export function wrongEncoding(old: Expression, fresh: Expression): Expression {
  const hasOthers = regexMatch(old, literal("[^\\x00-\\x7F]"), { extent: "part" });
  const asKept = (mark: string): Expression => isSame(call("regex_replace", old, literal("[^\\x00-\\x7F]"), literal(mark)), fresh);
  const isLonger = compare(call("length", fresh), ">", call("length", old));
  const isTaken = and(isLonger, isSame(bytesBefore(fresh), bytesOf(old)));
  const isComposed = isSame(call("normalize_unicode", old), call("normalize_unicode", fresh));
  return and(hasOthers, or(isComposed, ...REPLACED.map(asKept), isTaken));
}
