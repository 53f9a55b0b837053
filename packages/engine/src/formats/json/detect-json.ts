import { isList, isObject, type Node } from "../nested/node.ts";
import { parseJson } from "./parse-json.ts";

export interface JsonOptions {
  /** Where the rows are; `lines` is one value a line, `values` values side by side, `array` the elements of an array. */
  readonly layout?: "lines" | "array" | "values";
  /** Of `array`: the keys that lead from the top to it. Empty when the document is the array. */
  readonly path?: readonly string[];
  /** Whether inner objects stay structs or become columns of their own. `keep` unless said. */
  readonly nested?: "keep" | "flatten";
}

/** Where the rows of a JSON document were found to be. */
export interface JsonFinding {
  readonly layout: "lines" | "array" | "values";
  readonly path: readonly string[];
  readonly nested: "keep" | "flatten";
  readonly confidence: number;
  /** Other arrays rows could come from. */
  readonly otherPaths: readonly (readonly string[])[];
  /** A sentence for people. */
  readonly evidence: string;
}

interface FoundArray {
  readonly path: readonly string[];
  /** Of the text that is looked at. */
  readonly chars: number;
  readonly holdsObjects: boolean;
}

const parses = (text: string): Node | undefined => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

/** Finds the arrays that hold a document's rows: those reached by keys alone, in a text that may be cut at its end. */
class ArrayFinder {
  readonly found: FoundArray[] = [];
  readonly #text: string;
  readonly #open: { path: readonly string[]; start: number; isObject: boolean; key: string | undefined; holdsObjects: boolean }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  find(): readonly FoundArray[] {
    const tokens = /"(?:[^"\\]|\\[\s\S])*"\s*(:?)|[{}[\],]/g;
    for (const match of this.#text.matchAll(tokens)) this.#token(match[0], match[1] === ":", match.index);
    while (this.#open.length > 0) this.#close(this.#text.length);
    return this.found.toSorted(
      (left, right) => Number(right.holdsObjects) - Number(left.holdsObjects) || right.chars - left.chars || left.path.length - right.path.length,
    );
  }

  #token(token: string, isKey: boolean, at: number): void {
    const top = this.#open.at(-1);
    if (token === "{" || token === "[") {
      if (token === "{" && top !== undefined && !top.isObject) top.holdsObjects = true;
      const isReached = this.#open.every((container) => container.isObject);
      const path = this.#open.flatMap((container) => (container.key === undefined ? [] : [container.key]));
      this.#open.push({ path: isReached ? path : ["", ...path], start: at, isObject: token === "{", key: undefined, holdsObjects: false });
    } else if (token === "}" || token === "]") this.#close(at);
    else if (isKey && top !== undefined) top.key = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string;
  }

  #close(at: number): void {
    const closed = this.#open.pop();
    if (closed === undefined || closed.isObject || !this.#open.every((container) => container.isObject)) return;
    this.found.push({ path: closed.path, chars: at - closed.start, holdsObjects: closed.holdsObjects });
  }
}

const pathName = (path: readonly string[]): string => (path.length === 0 ? "the document" : `“${path.join(".")}”`);

function detectLines(text: string): { readonly finding: JsonFinding; readonly isSingle: boolean } | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const [first = "", second] = lines;
  const isObjectOrList = (node: Node | undefined): boolean => node !== undefined && node !== null && (isObject(node) || isList(node));
  const good = lines.slice(0, 100).filter((line) => isObjectOrList(parses(line))).length;
  const seen = Math.min(100, lines.length);
  const isLines = second === undefined ? parses(first) !== undefined && first.trimStart().startsWith("{") : good >= Math.max(1, seen * 0.6);
  if (!isLines) return undefined;
  const evidence = `${good} of the first ${seen} lines are JSON values of their own`;
  const isSingle = second === undefined;
  return { finding: { layout: "lines", path: [], nested: "keep", confidence: isSingle ? 0.8 : good / seen, otherPaths: [], evidence }, isSingle };
}

const saidLayout = (layout: "lines" | "values", nested: "keep" | "flatten"): JsonFinding => ({
  layout,
  path: [],
  nested,
  confidence: 1,
  otherPaths: [],
  evidence: "chosen by a person",
});

/** Lines of values, unless the one line there is is a document around its rows. */
function linesOf(text: string, largest: FoundArray | undefined): JsonFinding | undefined {
  const isOneArray = text.trimStart().startsWith("[") && !/^\s*\[[^\n]*\]\s*\n\s*\[/.test(text);
  const lines = isOneArray ? undefined : detectLines(text);
  const isAround = lines?.isSingle === true && largest?.holdsObjects === true && largest.chars > text.length / 4;
  return isAround ? undefined : lines?.finding;
}

function arrayFinding(path: readonly string[], arrays: readonly FoundArray[], isSure: boolean): Omit<JsonFinding, "nested"> {
  const others = path.length === 0 ? [] : arrays.filter((array) => array.path.join("\0") !== path.join("\0"));
  const confidence = isSure ? 1 : others.some((array) => array.holdsObjects) ? 0.6 : 0.9;
  return { layout: "array", path, confidence, otherPaths: others.slice(0, 20).map((array) => array.path), evidence: `${pathName(path)} is an array` };
}

/** Decides from the front of a JSON document where its rows are. What `given` says is taken as said. */
export function detectJson(text: string, given: JsonOptions = {}): JsonFinding {
  const nested = given.nested ?? "keep";
  if (given.layout === "lines" || given.layout === "values") return saidLayout(given.layout, nested);
  const arrays = new ArrayFinder(text).find();
  const isOpen = given.layout === undefined && given.path === undefined;
  const lines = isOpen ? linesOf(text, arrays[0]) : undefined;
  if (lines !== undefined) return { ...lines, nested };
  return { ...documentFinding(text, arrays, given.path), nested };
}

/** Where the rows of one document are: in an array, or it is a row itself. */
function documentFinding(text: string, arrays: readonly FoundArray[], given: readonly string[] | undefined): Omit<JsonFinding, "nested"> {
  const found = text.trimStart().startsWith("[") ? [] : arrays[0]?.path;
  const path = given ?? found;
  if (path === undefined) {
    return { layout: "values", path: [], confidence: 0.6, otherPaths: [], evidence: "the document is one object without an array of rows" };
  }
  return arrayFinding(path, arrays, given !== undefined || path.length === 0);
}
