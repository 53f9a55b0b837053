import type { SqlType } from "../../sql/index.ts";
import { isList, isObject, type Node, NumberText } from "./node.ts";
import { NumberFacts } from "./number-facts.ts";

/** Objects with more keys than this are dictionaries rather than records, and stay JSON text. */
const MAX_FIELDS = 256;
const MAX_DEPTH = 24;

/** What all values at one place of a nested file have in common. */
export class Shape {
  readonly numbers = new NumberFacts();
  strings = 0;
  booleans = 0;
  nulls = 0;
  lists = 0;
  objects = 0;
  element: Shape | undefined;
  readonly fields = new Map<string, Shape>();

  add(node: Node): void {
    if (node === null) this.nulls += 1;
    else if (typeof node === "string") this.strings += 1;
    else if (typeof node === "boolean") this.booleans += 1;
    else if (node instanceof NumberText) this.numbers.add(node.text);
    else if (isList(node)) this.#addList(node);
    else if (isObject(node)) this.#addObject(node);
  }

  #addList(nodes: readonly Node[]): void {
    this.lists += 1;
    this.element ??= new Shape();
    for (const node of nodes) this.element.add(node);
  }

  #addObject(node: ReadonlyMap<string, Node>): void {
    this.objects += 1;
    for (const [key, value] of node) {
      let field = this.fields.get(key);
      if (field === undefined) {
        // One more than is kept, so that it is known that there were too many.
        if (this.fields.size > MAX_FIELDS) continue;
        field = new Shape();
        this.fields.set(key, field);
      }
      field.add(value);
    }
  }
}

/** How the values of one place are stored. */
export type Plan =
  | { readonly kind: "string" | "number" | "boolean"; readonly type: SqlType }
  /** Nested or mixed values, kept as JSON text. */
  | { readonly kind: "json"; readonly type: SqlType; readonly isMixed: boolean }
  | { readonly kind: "list"; readonly element: Plan; readonly type: SqlType; readonly wrapsSingle: boolean }
  | { readonly kind: "struct"; readonly fields: ReadonlyMap<string, Plan>; readonly names: ReadonlyMap<string, string>; readonly type: SqlType };

const TEXT: SqlType = { kind: "text" };

export interface PlanOptions {
  /** XML: an element that is repeated in one record and single in another is a list in both. */
  readonly wrapsSingle: boolean;
}

/** Names that differ by more than case, as the engine needs them. */
function fieldNames(keys: readonly string[]): ReadonlyMap<string, string> | undefined {
  const lower = new Set(keys.map((key) => key.toLowerCase()));
  const isUsable = lower.size === keys.length && keys.every((key) => key !== "" && key.isWellFormed() && !key.includes("\0"));
  return isUsable ? new Map(keys.map((key) => [key, key])) : undefined;
}

function planStruct(shape: Shape, options: PlanOptions, depth: number): Plan | undefined {
  const keys = [...shape.fields.keys()];
  const names = fieldNames(keys);
  if (keys.length === 0 || keys.length > MAX_FIELDS || names === undefined) return undefined;
  const fields = new Map(keys.map((key) => [key, planOf(shape.fields.get(key) ?? new Shape(), options, depth + 1)]));
  return { kind: "struct", fields, names, type: { kind: "struct", fields: [...fields].map(([name, plan]) => ({ name, type: plan.type })) } };
}

function planList(element: Shape, options: PlanOptions, depth: number): Plan {
  const plan = planOf(element, options, depth + 1);
  return { kind: "list", element: plan, type: { kind: "list", element: plan.type }, wrapsSingle: options.wrapsSingle };
}

/** The one list shape of elements that are single in some records and repeated in others. */
function mergedElement(shape: Shape): Shape {
  const merged = shape.element ?? new Shape();
  merged.strings += shape.strings;
  merged.objects += shape.objects;
  for (const [key, field] of shape.fields) if (!merged.fields.has(key)) merged.fields.set(key, field);
  return merged;
}

function planScalar(shape: Shape): Plan | undefined {
  if (shape.strings > 0) return { kind: "string", type: TEXT };
  if (shape.booleans > 0) return { kind: "boolean", type: { kind: "boolean" } };
  const type = shape.numbers.type();
  return type === undefined ? undefined : { kind: "number", type };
}

/** Decides from all values of a place how they are stored without losing anything. */
export function planOf(shape: Shape, options: PlanOptions, depth = 0): Plan {
  const kinds = [shape.strings, shape.booleans, shape.numbers.count, shape.lists, shape.objects].filter((count) => count > 0).length;
  if (kinds === 0) return { kind: "string", type: TEXT };
  const isWrapped = options.wrapsSingle && shape.lists > 0 && kinds > 1;
  const json: Plan = { kind: "json", type: TEXT, isMixed: kinds > 1 };
  if ((kinds > 1 && !isWrapped) || depth > MAX_DEPTH) return json;
  if (isWrapped) return planList(mergedElement(shape), options, depth);
  if (shape.element !== undefined) return planList(shape.element, options, depth);
  return (shape.objects > 0 ? planStruct(shape, options, depth) : planScalar(shape)) ?? json;
}
