import { Fault } from "../fault.ts";

/** A node of the engine's serialised statement; changed in place while names are resolved. */
export type TreeNode = { [key: string]: unknown };

/** What the parser process works with: the tree of one statement. */
export interface Statement extends TreeNode {
  node: TreeNode;
}

export const isNode = (value: unknown): value is TreeNode => typeof value === "object" && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const NO_CLASS = "";

/** Classes of expressions; anything else, such as one a newer engine brings, is refused. */
const EXPRESSION_CLASSES: ReadonlySet<string> = new Set(
  (
    "BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA OPERATOR PARAMETER POSITIONAL_REFERENCE STAR " + "SUBQUERY WINDOW"
  ).split(" "),
);

/** Kinds of query nodes, relations, modifiers and type descriptions. SHOW_REF, DELIM_GET, COLUMN_DATA and the like are missing on purpose. */
const STRUCTURE_TYPES: ReadonlySet<string> = new Set(
  (
    "SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EXPRESSION_LIST EMPTY PIVOT " +
    "ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING"
  ).split(" "),
);

export const QUERY_NODES: ReadonlySet<string> = new Set(["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"]);

const SHOWN = "DESCRIBE, SHOW or SUMMARIZE";

/** Throws unless the node is of a kind that was looked at. */
export function requireKnownNode(node: TreeNode): void {
  const nodeClass = textOf(node["class"]);
  const type = textOf(node["type"]);
  if (nodeClass !== NO_CLASS) {
    if (!EXPRESSION_CLASSES.has(nodeClass)) throw new Fault("sql.statement_not_allowed", { what: `An expression of the kind ${nodeClass.toLowerCase()}` });
  } else if (type !== "" && !STRUCTURE_TYPES.has(type) && !type.endsWith("_TYPE_INFO")) {
    throw new Fault("sql.statement_not_allowed", { what: type === "SHOW_REF" ? SHOWN : type.toLowerCase().replaceAll("_", " ") });
  }
}

type RawJson = { rawJSON(text: string): unknown };
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Numbers a double cannot hold (64-bit integers, places in the text) keep their digits. */
const exactNumbers: Reviver = (_key, value, context) =>
  typeof value === "number" && context.source !== undefined && String(value) !== context.source ? (JSON as unknown as RawJson).rawJSON(context.source) : value;

/** Reads a serialised statement without losing digits. */
export function readTree(text: string): TreeNode {
  try {
    return JSON.parse(text, exactNumbers as (key: string, value: unknown) => unknown) as TreeNode;
  } catch (error) {
    if (error instanceof RangeError) throw new Fault("sql.too_complex");
    throw new Fault("sql.invalid", { reason: "a number in it is too large" });
  }
}

/** Where a node starts in the text, in bytes; undefined when the engine does not say. */
export function byteOffset(node: TreeNode): number | undefined {
  const offset = node["query_location"];
  return typeof offset === "number" && Number.isSafeInteger(offset) ? offset : undefined;
}

/** Line and column, from 1 and in characters, of places in one text. */
export class TextPlaces {
  readonly #bytes: Buffer;

  constructor(text: string) {
    this.#bytes = Buffer.from(text, "utf8");
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    const before = this.#bytes.subarray(0, offset).toString("utf8");
    const lineStart = before.lastIndexOf("\n") + 1;
    return { line: before.split("\n").length, column: Array.from(before.slice(lineStart)).length + 1 };
  }

  ofNode(node: TreeNode): { readonly line: number; readonly column: number } {
    return this.at(byteOffset(node) ?? 0);
  }

  /** The same for an offset counted in characters. */
  atCharacter(offset: number): { readonly line: number; readonly column: number } {
    const before = [...this.#bytes.toString("utf8")].slice(0, offset).join("");
    return this.at(Buffer.byteLength(before));
  }
}
