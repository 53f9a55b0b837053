import { Fault } from "../fault.ts";
import { ALLOWED_FUNCTIONS } from "./functions.ts";
import type { SqlParser } from "./parser.ts";
import { foldName, relationKey } from "./relation-key.ts";
import { similarNames } from "./similar-names.ts";
import { isNode, type Statement, TextPlaces, type TreeNode, textOf } from "./tree.ts";
import type { SqlCheck, TableReference, TableVersion } from "./types.ts";
import { StatementWalk } from "./walk-statement.ts";

/** A person's query made safe to run. */
export interface PreparedSql {
  /** Written by the engine from the checked tree; its tables are called as in `relationName`. */
  readonly text: string;
  /** Positions, in the list of relations, of those the query uses. */
  readonly used: readonly number[];
  readonly parameters: readonly string[];
  /** Where the first column reference of each name stands, by folded name. */
  readonly columnPlaces: ReadonlyMap<string, { readonly line: number; readonly column: number }>;
}

export interface PrepareInput {
  readonly sql: string;
  /** Keys of the relations the query may use. */
  readonly relations: readonly string[];
  readonly suggestions: readonly string[];
  /** Rows that are enough; the query gets this limit where it has none of its own. */
  readonly maxRows: number;
}

const CTE_PREFIX = "granary_cte_";

/** What the view of a relation is called inside the sandbox; people's own names never meet the engine's catalog. */
export const relationName = (index: number): string => `granary_relation_${index}`;

const functionHint = (name: string): string => similarNames(name, ALLOWED_FUNCTIONS);

function versionOf(node: TreeNode, places: TextPlaces): TableVersion | undefined {
  const clause = node["at_clause"];
  if (!isNode(clause)) return undefined;
  let expression = clause["expr"];
  if (isNode(expression) && expression["class"] === "CAST") expression = expression["child"];
  const constant = isNode(expression) && expression["class"] === "CONSTANT" && isNode(expression["value"]) ? expression["value"]["value"] : undefined;
  if (typeof constant !== "number" && typeof constant !== "string") {
    throw new Fault("sql.syntax", { ...places.ofNode(node), detail: "after AT, write a version number or a timestamp as a text" });
  }
  return { unit: textOf(clause["unit"]).toLowerCase() === "version" ? "version" : "timestamp", value: String(constant) };
}

function referenceOf(node: TreeNode, places: TextPlaces): TableReference {
  const path = [node["catalog_name"], node["schema_name"], node["table_name"]].map(textOf).filter((part) => part !== "");
  const at = versionOf(node, places);
  return { key: relationKey(path, at), path, ...(at === undefined ? {} : { at }), ...places.ofNode(node) };
}

/** Reads from a query's text what it uses. Throws a `sql...` fault for what no query may do, whatever it may see. */
export async function checkSql(parser: SqlParser, sql: string): Promise<SqlCheck> {
  const places = new TextPlaces(sql);
  const tables: TableReference[] = [];
  const walk = new StatementWalk({ places, onTable: (node) => tables.push(referenceOf(node, places)), hint: functionHint });
  walk.walk(await parser.parse(sql));
  return { tables, functions: [...walk.functions].toSorted(), parameters: [...walk.parameters].toSorted() };
}

/** Puts the sandbox's names in the place of a person's, and notes what was used. */
class Renaming {
  readonly used = new Set<number>();
  readonly columnPlaces = new Map<string, { readonly line: number; readonly column: number }>();
  readonly places: TextPlaces;
  readonly #input: PrepareInput;
  readonly #relations: ReadonlyMap<string, number>;
  readonly #qualified = new Set<string>();
  readonly #columns: TreeNode[] = [];
  #ctes = 0;

  constructor(input: PrepareInput) {
    this.#input = input;
    this.places = new TextPlaces(input.sql);
    this.#relations = new Map(input.relations.map((key, index) => [foldName(key), index]));
  }

  readonly hint = functionHint;

  nameCte(): string {
    this.#ctes += 1;
    return `${CTE_PREFIX}${this.#ctes - 1}`;
  }

  onTable(node: TreeNode): void {
    const reference = referenceOf(node, this.places);
    const index = this.#relations.get(reference.key);
    if (index === undefined) throw this.#unknown(reference);
    this.used.add(index);
    if (reference.path.length > 1) this.#qualified.add(reference.path.slice(-2).map(foldName).join("\0"));
    if (textOf(node["alias"]) === "") node["alias"] = reference.path.at(-1) ?? "";
    Object.assign(node, { catalog_name: "", schema_name: "", table_name: relationName(index), at_clause: null });
  }

  onColumn(node: TreeNode): void {
    this.#columns.push(node);
    const name = foldName(columnNames(node).at(-1) ?? "");
    if (!this.columnPlaces.has(name)) this.columnPlaces.set(name, this.places.ofNode(node));
  }

  /** `sales.orders.amount` becomes `orders.amount`: the relation goes by its last name. */
  shortenColumns(): void {
    for (const node of this.#columns) {
      const names = columnNames(node);
      if (names.length > 2 && this.#qualified.has(names.slice(0, 2).map(foldName).join("\0"))) node["column_names"] = names.slice(1);
    }
  }

  #unknown(reference: TableReference): Fault {
    const version = reference.at === undefined ? "" : ` at ${reference.at.unit} ${reference.at.value}`;
    const hint = similarNames(relationKey(reference.path), [...this.#input.relations, ...this.#input.suggestions]);
    const { line, column } = reference;
    return new Fault("sql.unknown_table", { name: `${reference.path.join(".")}${version}`, line, column, hint });
  }
}

const columnNames = (node: TreeNode): readonly string[] => (Array.isArray(node["column_names"]) ? node["column_names"].map(textOf) : []);

/** Lets sorts keep only the rows that will be sent. */
function limitRows(statement: Statement, maxRows: number): void {
  const { node } = statement;
  const modifiers = (node["modifiers"] ?? []) as readonly TreeNode[];
  if (modifiers.some((modifier) => textOf(modifier["type"]).startsWith("LIMIT"))) return;
  const value = { type: { id: "BIGINT", type_info: null }, is_null: false, value: maxRows };
  const limit = { class: "CONSTANT", type: "VALUE_CONSTANT", alias: "", query_location: 0, value };
  node["modifiers"] = [...modifiers, { type: "LIMIT_MODIFIER", limit, offset: null }];
}

/** The text that runs is parsed once more: whatever printing made of the tree, it holds only what was looked at. */
async function requireSealed(parser: SqlParser, text: string): Promise<void> {
  const onTable = (node: TreeNode): void => {
    const isOurs = textOf(node["schema_name"]) === "" && textOf(node["catalog_name"]) === "" && !isNode(node["at_clause"]);
    if (!isOurs || !/^granary_relation_\d+$/.test(textOf(node["table_name"]))) throw new Fault("sql.invalid", { reason: "it does not keep its meaning" });
  };
  new StatementWalk({ places: new TextPlaces(text), onTable }).walk(await parser.parsePrinted(text));
}

/** Makes a person's query safe to run over the given relations, or throws a `sql...` fault. */
export async function prepareSql(parser: SqlParser, input: PrepareInput): Promise<PreparedSql> {
  const statement = await parser.parse(input.sql);
  const renaming = new Renaming(input);
  const walk = new StatementWalk({
    places: renaming.places,
    onTable: (node) => renaming.onTable(node),
    onColumn: (node) => renaming.onColumn(node),
    nameCte: () => renaming.nameCte(),
    hint: functionHint,
  });
  walk.walk(statement);
  renaming.shortenColumns();
  limitRows(statement, input.maxRows);
  const text = await parser.print(statement);
  await requireSealed(parser, text);
  return { text, used: [...renaming.used], parameters: [...walk.parameters], columnPlaces: renaming.columnPlaces };
}
