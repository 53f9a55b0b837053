import { Fault } from "../fault.ts";
import { ALLOWED_TABLE_FUNCTIONS, ARGUMENT_LIMITS, judgeFunction } from "./functions.ts";
import { foldName } from "./relation-key.ts";
import { byteOffset, isNode, QUERY_NODES, requireKnownNode, type Statement, type TextPlaces, type TreeNode, textOf } from "./tree.ts";

/** Names of common table expressions in sight, folded, with the names they are given. */
type Scope = ReadonlyMap<string, string>;

/** What a walk meets. */
export interface WalkVisitor {
  readonly places: TextPlaces;
  /** A table that is no common table expression in sight. */
  onTable(node: TreeNode): void;
  onColumn?(node: TreeNode): void;
  /** The new name of a common table expression; undefined keeps it. */
  nameCte?(name: string): string;
  /** Similar names for a function that does not exist. */
  hint?(name: string): string;
}

/**
 * Goes through every node of a statement: refuses kinds of nodes and functions that were not looked at, and tells tables from
 * common table expressions. Renaming the latter means that a mistake about what is in sight ends in an unknown name and
 * never in another table.
 */
export class StatementWalk {
  readonly functions = new Set<string>();
  readonly parameters = new Set<string>();
  readonly #visitor: WalkVisitor;

  constructor(visitor: WalkVisitor) {
    this.#visitor = visitor;
  }

  walk(statement: Statement): void {
    try {
      this.#visit(statement.node, new Map());
    } catch (error) {
      if (error instanceof RangeError) throw new Fault("sql.too_complex");
      throw error;
    }
  }

  #visit(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) for (const item of value) this.#visit(item, scope);
    else if (isNode(value)) this.#visitNode(value, scope);
  }

  #visitNode(node: TreeNode, scope: Scope): void {
    requireKnownNode(node);
    if ("function_name" in node) this.#checkFunction(node);
    const type = textOf(node["type"]);
    if (QUERY_NODES.has(type)) return this.#visitQuery(node, scope);
    if (type === "BASE_TABLE") return this.#visitTable(node, scope);
    if (type === "TABLE_FUNCTION") this.#checkTableFunction(node);
    if (type === "PIVOT") return this.#visitPivot(node, scope);
    const nodeClass = textOf(node["class"]);
    if (nodeClass === "CONSTANT") return undefined;
    if (nodeClass === "COLUMN_REF") this.#visitor.onColumn?.(node);
    if (nodeClass === "PARAMETER") this.parameters.add(textOf(node["identifier"]));
    this.#visitFields(node, scope);
  }

  #visitFields(node: TreeNode, scope: Scope, except: readonly string[] = []): void {
    for (const [key, value] of Object.entries(node)) {
      // Descriptions of types and samples hold constants only.
      if (key !== "cast_type" && key !== "sample" && !except.includes(key)) this.#visit(value, scope);
    }
  }

  #visitQuery(node: TreeNode, outer: Scope): void {
    const inner = new Map(outer);
    const entries = isNode(node["cte_map"]) && Array.isArray(node["cte_map"]["map"]) ? node["cte_map"]["map"] : [];
    for (const entry of entries as readonly TreeNode[]) this.#visitCte(entry, inner);
    if (node["type"] === "RECURSIVE_CTE_NODE") this.#requireNamedRecursion(node, inner);
    this.#visitFields(node, inner, ["cte_map"]);
  }

  #visitCte(entry: TreeNode, scope: Map<string, string>): void {
    const name = textOf(entry["key"]);
    const given = this.#visitor.nameCte?.(name) ?? name;
    const value = entry["value"] as TreeNode;
    const query = isNode(value["query"]) ? (value["query"]["node"] as TreeNode) : undefined;
    const isRecursive = query?.["type"] === "RECURSIVE_CTE_NODE";
    const inside = isRecursive ? new Map([...scope, [foldName(name), given]]) : scope;
    if (isRecursive && query !== undefined) query["cte_name"] = given;
    this.#visit(value, inside);
    entry["key"] = given;
    scope.set(foldName(name), given);
  }

  #requireNamedRecursion(node: TreeNode, scope: Scope): void {
    if (![...scope.values()].includes(textOf(node["cte_name"]))) throw new Fault("sql.statement_not_allowed", { what: "A recursion without a name" });
  }

  #visitTable(node: TreeNode, scope: Scope): void {
    const isPlain = textOf(node["schema_name"]) === "" && textOf(node["catalog_name"]) === "" && !isNode(node["at_clause"]);
    const name = textOf(node["table_name"]);
    const cte = isPlain ? scope.get(foldName(name)) : undefined;
    if (cte === undefined) {
      this.#visitor.onTable(node);
      return;
    }
    if (textOf(node["alias"]) === "" && cte !== name) node["alias"] = name;
    node["table_name"] = cte;
  }

  /** Without listed values the engine would turn the pivot into several statements. */
  #visitPivot(node: TreeNode, scope: Scope): void {
    for (const pivot of (node["pivots"] ?? []) as readonly TreeNode[]) {
      if (textOf(pivot["pivot_enum"]) !== "" || isNode(pivot["subquery"]))
        throw new Fault("sql.statement_not_allowed", { what: "PIVOT without listed values" });
      this.#visit(pivot["pivot_expressions"], scope);
      for (const entry of (pivot["entries"] ?? []) as readonly TreeNode[]) this.#visit(entry["expr"] ?? entry["star_expr"], scope);
    }
    this.#visitFields(node, scope, ["pivots"]);
  }

  #checkFunction(node: TreeNode): void {
    const name = textOf(node["function_name"]);
    const verdict = judgeFunction(name);
    const place = this.#visitor.places.ofNode(node);
    if (verdict === "refused" || node["export_state"] === true) throw new Fault("sql.function_not_allowed", { name, ...place });
    if (verdict === "unknown" && !ALLOWED_TABLE_FUNCTIONS.has(name.toLowerCase())) {
      throw new Fault("sql.unknown_function", { name, ...place, hint: this.#visitor.hint?.(name) ?? "" });
    }
    this.functions.add(name.toLowerCase());
    const limit = ARGUMENT_LIMITS[name.toLowerCase()];
    const asked = limit === undefined ? undefined : constantNumber((node["children"] as readonly unknown[] | undefined)?.[limit.argument]);
    if (limit !== undefined && asked !== undefined && asked > limit.most) {
      throw new Fault("sql.argument_too_large", { name, limit: limit.most, ...place });
    }
  }

  #checkTableFunction(node: TreeNode): void {
    const call = node["function"];
    const name = isNode(call) ? textOf(call["function_name"]) : "";
    if (ALLOWED_TABLE_FUNCTIONS.has(name.toLowerCase())) return;
    throw new Fault("sql.function_not_allowed", { name: name === "" ? "in FROM" : name, ...this.#visitor.places.at(byteOffset(node) ?? 0) });
  }
}

function constantNumber(node: unknown): number | undefined {
  if (!isNode(node)) return undefined;
  if (node["class"] === "CAST") return constantNumber(node["child"]);
  const value = node["class"] === "CONSTANT" && isNode(node["value"]) ? node["value"]["value"] : undefined;
  return typeof value === "number" ? value : typeof value === "object" && value !== null ? Number.POSITIVE_INFINITY : undefined;
}
