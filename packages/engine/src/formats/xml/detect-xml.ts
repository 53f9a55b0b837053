import type { SaxesTagPlain } from "saxes";
import { Fault } from "../../fault.ts";
import { xmlParser } from "./xml-rows.ts";

export interface XmlOptions {
  /** The names of the elements from the document's own down to the one that is a row. */
  readonly rowPath?: readonly string[];
  /** Whether inner elements stay structs or become columns of their own. `keep` unless said. */
  readonly nested?: "keep" | "flatten";
}

export interface RowElement {
  readonly path: readonly string[];
  /** How often it stands in the part of the document that was looked at. */
  readonly count: number;
}

/** Which element of an XML document was found to be a row. */
export interface XmlFinding {
  readonly rowPath: readonly string[];
  readonly nested: "keep" | "flatten";
  readonly confidence: number;
  /** The other elements that are repeated. */
  readonly others: readonly RowElement[];
  /** A sentence for people. */
  readonly evidence: string;
}

interface Seen {
  readonly path: readonly string[];
  count: number;
  /** How many elements or attributes it has inside. */
  inner: number;
  /** Some element has several of them. */
  isRepeated: boolean;
}

const MAX_ELEMENTS = 50_000;

class Enough extends Error {}

function countElements(text: string, complete: boolean): readonly Seen[] {
  const seen = new Map<string, Seen>();
  const way: string[] = [];
  /** For every open element the names that stand in it so far. */
  const inside: Set<string>[] = [];
  let elements = 0;
  const parser = xmlParser();
  parser.on("opentag", (tag: SaxesTagPlain) => {
    const parent = seen.get(way.join("/"));
    if (parent !== undefined) parent.inner += 1;
    way.push(tag.name);
    const key = way.join("/");
    const entry = seen.get(key) ?? { path: [...way], count: 0, inner: 0, isRepeated: false };
    seen.set(key, entry);
    entry.count += 1;
    const siblings = inside.at(-1);
    if (siblings?.has(tag.name) === true) entry.isRepeated = true;
    siblings?.add(tag.name);
    inside.push(new Set());
    entry.inner += Object.keys(tag.attributes).length;
    elements += 1;
    if (elements >= MAX_ELEMENTS) throw new Enough();
  });
  parser.on("closetag", () => {
    way.pop();
    inside.pop();
  });
  try {
    parser.write(text);
    if (complete && way.length === 0) parser.close();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return [...seen.values()];
}

function confidenceOf(count: number, rivals: number): number {
  if (count < 2) return 0.4;
  return rivals > 0 ? 0.6 : 0.9;
}

/** Decides from the front of an XML document which element is a row: the shallowest one that is repeated and holds something. */
export function detectXml(text: string, complete: boolean, given: XmlOptions = {}): XmlFinding {
  const nested = given.nested ?? "keep";
  const seen = countElements(text, complete);
  const repeated = seen
    .filter((entry) => entry.isRepeated)
    .toSorted((left, right) => Number(right.inner > 0) - Number(left.inner > 0) || left.path.length - right.path.length || right.count - left.count);
  const shallow = repeated[0] ?? seen.find((entry) => entry.path.length === 2 && entry.inner > 0);
  const rowPath = given.rowPath ?? shallow?.path;
  if (rowPath === undefined) throw new Fault("file.rows_not_found", { reason: "no element of the document is repeated; choose the element that is a row" });
  const chosen = seen.find((entry) => entry.path.join("/") === rowPath.join("/"));
  const others = repeated.filter((entry) => entry !== chosen).map(({ path, count }) => ({ path, count }));
  const rivals = repeated.filter((entry) => entry !== chosen && entry.path.length === rowPath.length && entry.inner > 0).length;
  const count = chosen?.count ?? 0;
  return {
    rowPath,
    nested,
    confidence: given.rowPath !== undefined ? 1 : confidenceOf(count, rivals),
    others: others.slice(0, 20),
    evidence: `<${rowPath.at(-1)}> stands ${complete ? "" : "at least "}${count} times in <${rowPath.slice(0, -1).join("><")}>`,
  };
}

/** The encoding an XML declaration names, in lower case. */
export const declaredEncoding = (head: Buffer): string | undefined =>
  /^\s*<\?xml[^>]*?encoding=["']([\w.-]+)["']/.exec(head.subarray(0, 200).toString("latin1"))?.[1]?.toLowerCase();
