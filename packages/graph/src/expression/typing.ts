import type { FunctionEntry } from "./functions/index.ts";
import { literalFault, WRITABLE } from "./literals.ts";
import type { ExpressionScope, OwnFunction, ScopeColumn } from "./scope.ts";
import type { ExpressionFault, GraphExpression, Span } from "./syntax.ts";
import { type ExpressionType, fits, isNumeric, isOpen, unify } from "./types.ts";

type Visit = (node: GraphExpression, typing: Typing) => ExpressionType;

const MAX_FAULTS = 20;

/** The types of an expression's parts while they are found. */
export class Typing {
  readonly scope: ExpressionScope;
  readonly faults: ExpressionFault[] = [];
  readonly columns = new Map<GraphExpression, ScopeColumn>();
  readonly functions = new Map<GraphExpression, FunctionEntry | OwnFunction>();
  /** How many aggregates or window functions there are. */
  aggregates = 0;
  readonly #text: string;
  readonly #visit: Visit;
  readonly #types = new Map<GraphExpression, ExpressionType>();
  #inAggregate = 0;

  constructor(scope: ExpressionScope, text: string, visit: Visit) {
    this.scope = scope;
    this.#text = text;
    this.#visit = visit;
  }

  get isInAggregate(): boolean {
    return this.#inAggregate > 0;
  }

  get hasFaults(): boolean {
    return this.faults.length > 0;
  }

  within<T>(check: () => T): T {
    this.aggregates += 1;
    this.#inAggregate += 1;
    const found = check();
    this.#inAggregate -= 1;
    return found;
  }

  refuse(at: Span, code: string, message: string): "unknown" {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ severity: "error", code, message, start: at.start, end: at.end });
    return "unknown";
  }

  warn(at: Span, code: string, message: string): void {
    this.faults.push({ severity: "warning", code, message, start: at.start, end: at.end });
  }

  missesAggregate(at: Span): void {
    if (this.scope.use === "measure") this.refuse(at, "expression.no_aggregate", "Use an aggregate here, such as sum(amount) or count(*).");
    else this.warn(at, "expression.no_window", "This uses no window function; a derive node computes it as well.");
  }

  isNamedLikeText(at: Span): boolean {
    return this.#text[at.start] === '"';
  }

  read(node: GraphExpression, column: ScopeColumn): void {
    this.columns.set(node, column);
  }

  /** The type of a part, found once. */
  type(node: GraphExpression): ExpressionType {
    const known = this.#types.get(node);
    if (known !== undefined) return known;
    const found = this.#visit(node, this);
    this.#types.set(node, found);
    return found;
  }

  /** Takes a text written down for a value of another type, where one is needed. Answers whether it is one. */
  adapt(node: GraphExpression, type: ExpressionType): boolean {
    if (node.kind !== "text" || type === "text" || isOpen(type)) return true;
    if (type === "json") {
      if (isJson(node.value)) return this.#set(node, type);
      this.refuse(node, "expression.literal", `'${node.value.slice(0, 60)}' is no JSON; a text in JSON has "double quotes".`);
      return false;
    }
    if (!WRITABLE.has(type)) {
      const hint = isNumeric(type) && node.value.trim() !== "" && Number.isFinite(Number(node.value)) ? ` Write ${node.value.trim()} without quotes.` : "";
      this.refuse(node, "expression.type", `This is a text, but ${type} is needed.${hint}`);
      return false;
    }
    const fault = literalFault(type, node.value);
    if (fault === undefined) return this.#set(node, type);
    this.refuse(node, "expression.literal", fault);
    return false;
  }

  #set(node: GraphExpression, type: ExpressionType): true {
    this.#types.set(node, type);
    return true;
  }

  /** The one type that holds all of these. */
  together(nodes: readonly GraphExpression[], what: string): ExpressionType {
    let common: ExpressionType = "null";
    const isWritten = (node: GraphExpression): boolean => node.kind === "text" && this.type(node) === "text";
    for (const node of nodes) {
      const type = this.type(node);
      if (isWritten(node)) continue;
      const wider = unify(common, type);
      if (wider === undefined) return this.refuse(node, "expression.type", `${what} do not go together: ${common} and ${type}. Cast one of them.`);
      common = wider;
    }
    const written = nodes.filter(isWritten);
    if (written.length === 0) return common;
    if (common === "null") return "text";
    return written.every((node) => this.adapt(node, common)) ? common : "unknown";
  }

  /** Refuses what is not of a type. */
  expect(node: GraphExpression, type: ExpressionType, what: string): void {
    const found = this.type(node);
    if (fits(found, type)) return;
    if (node.kind === "text" && type !== "boolean") this.adapt(node, type);
    else this.refuse(node, "expression.type", `Expected ${what} here, but this is ${article(found)}.`);
  }

  number(node: GraphExpression, operator: string): boolean {
    const type = this.type(node);
    if (isOpen(type) || isNumeric(type)) return true;
    const hint = type === "text" ? " Cast it with cast(... as number), or join texts with ||." : "";
    this.refuse(node, "expression.type", `${operator} needs numbers, but this is ${article(type)}.${hint}`);
    return false;
  }
}

/** `a text`, `an integer`. */
export const article = (type: ExpressionType): string => `${/^[aeiou]/.test(type) && type !== "uuid" ? "an" : "a"} ${type}`;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
