import type { GraphColumn, NodeOf } from "@granary/protocol";
import { type ExpressionType, unify } from "../expression/index.ts";
import { type Columns, columnTypeOf, findColumn, withColumns } from "./columns.ts";
import { measureUse, type NodeContext, type PortColumns } from "./context.ts";

/** Nodes that bring tables together or make other rows of them. */

/** A column of a join: from which side, and what it is called. */
export interface JoinedColumn {
  readonly side: "left" | "right" | "both";
  readonly from: GraphColumn;
  readonly name: string;
}

/** The columns of a join in order. A key that both sides call the same comes once. */
export function joinedColumns(settings: NodeOf<"join">["settings"], left: readonly GraphColumn[], right: readonly GraphColumn[]): readonly JoinedColumn[] {
  const { kind, on, suffix } = settings;
  const shared = new Set(on.filter((pair) => pair.left.toLowerCase() === pair.right.toLowerCase()).map((pair) => pair.left.toLowerCase()));
  const ofLeft = left.map((from): JoinedColumn => ({ side: shared.has(from.name.toLowerCase()) ? "both" : "left", from, name: from.name }));
  if (kind === "semi" || kind === "anti") return ofLeft;
  const taken = new Set(left.map((column) => column.name.toLowerCase()));
  const ofRight = right.flatMap((from): JoinedColumn[] => {
    const key = from.name.toLowerCase();
    if (shared.has(key)) return [];
    return [{ side: "right", from, name: taken.has(key) ? `${from.name}${suffix}` : from.name }];
  });
  return [...ofLeft, ...ofRight];
}

/** The sides' columns as a join's condition names them. */
export const sidesOf = (left: readonly GraphColumn[], right: readonly GraphColumn[]) => [
  ...left.map((column) => ({ ...column, side: "left" as const })),
  ...right.map((column) => ({ ...column, side: "right" as const })),
];

function checkPairs(node: NodeOf<"join">, [left, right]: readonly [Columns, Columns], context: NodeContext): void {
  for (const [index, pair] of node.settings.on.entries()) {
    const a = context.column(`on.${index}.left`, pair.left, left);
    const b = context.column(`on.${index}.right`, pair.right, right);
    if (a !== undefined && b !== undefined && unify(a.type, b.type) === undefined)
      context.fault(`on.${index}`, "node.key_types", `${a.name} is ${a.type} and ${b.name} is ${b.type}: cast one of them before.`);
  }
}

export function checkJoin(node: NodeOf<"join">, context: NodeContext): PortColumns {
  const [left, right] = [context.input("left"), context.input("right")];
  const { condition, kind, on } = node.settings;
  checkPairs(node, [left, right], context);
  const isKnown = left !== undefined && right !== undefined;
  if (condition !== undefined) context.condition("condition", condition, isKnown ? sidesOf(left, right) : undefined);
  if (kind === "cross" && (on.length > 0 || condition !== undefined))
    context.fault("on", "node.cross_condition", "A cross join puts every row beside every other: choose another kind for a condition.");
  if (!isKnown) return { out: undefined };
  const joined = joinedColumns(node.settings, left, right);
  context.distinct(
    joined.map((column) => column.name),
    () => "suffix",
  );
  return { out: joined.map(({ from, name }) => ({ name, type: from.type })) };
}

export function checkLookup(node: NodeOf<"lookup">, context: NodeContext): PortColumns {
  const [input, table] = [context.input(), context.input("table")];
  const { firstBy, on, take } = node.settings;
  for (const [index, { column, key }] of on.entries()) {
    const a = context.column(`on.${index}.column`, column, input);
    const b = context.column(`on.${index}.key`, key, table);
    if (a !== undefined && b !== undefined && unify(a.type, b.type) === undefined)
      context.fault(`on.${index}`, "node.key_types", `${a.name} is ${a.type} and ${b.name} is ${b.type}: cast one of them before.`);
  }
  for (const [index, key] of (firstBy ?? []).entries()) context.column(`firstBy.${index}.column`, key.column, table);
  const taken = take.flatMap(({ from, to }, index): GraphColumn[] => {
    const found = context.column(`take.${index}.from`, from, table);
    return found === undefined ? [] : [{ name: to ?? found.name, type: found.type }];
  });
  context.distinct(
    [...(input ?? []), ...taken].map((column) => column.name),
    (index) => (index < (input?.length ?? 0) ? null : `take.${index - (input?.length ?? 0)}.to`),
  );
  return { out: input === undefined || table === undefined ? undefined : [...input, ...taken] };
}

/** The columns of a union: of all inputs by name, or of the first by position. */
function unitedColumns(
  match: "name" | "position",
  inputs: readonly (readonly GraphColumn[])[],
): readonly { readonly name: string; readonly type: ExpressionType | undefined }[] {
  const [first = []] = inputs;
  if (match === "position")
    return first.map(({ name }, index) => ({
      name,
      type: inputs.map((columns) => columns[index]?.type ?? "null").reduce<ExpressionType | undefined>(widen, "null"),
    }));
  const names = new Map(inputs.flat().map((column) => [column.name.toLowerCase(), column.name]));
  for (const column of first) names.set(column.name.toLowerCase(), column.name);
  return [...names.values()].map((name) => ({
    name,
    type: inputs.map((columns) => findColumn(columns, name)?.type ?? "null").reduce<ExpressionType | undefined>(widen, "null"),
  }));
}

const widen = (type: ExpressionType | undefined, more: ExpressionType): ExpressionType | undefined => (type === undefined ? undefined : unify(type, more));

export function checkUnion(node: NodeOf<"union">, context: NodeContext): PortColumns {
  const inputs = context.inputs();
  const known = inputs.filter((columns) => columns !== undefined);
  if (known.length < inputs.length || known.length === 0) return { out: undefined };
  const { match } = node.settings;
  const [first = []] = known;
  if (match === "position" && known.some((columns) => columns.length !== first.length))
    context.fault("match", "node.union_count", "By position, all inputs need the same number of columns. Match by name, or select columns before.");
  const united = unitedColumns(match, known);
  for (const { name, type } of united)
    if (type === undefined) context.fault("match", "node.union_types", `${name} has types that do not go together. Cast it in one of the inputs.`);
  return { out: united.map(({ name, type = "text" }) => ({ name, type: columnTypeOf(type) })) };
}

export function checkAggregate(node: NodeOf<"aggregate">, context: NodeContext): PortColumns {
  const input = context.input();
  const { by, measures } = node.settings;
  const keys = by.flatMap((name, index) => context.column(`by.${index}`, name, input) ?? []);
  const computed = measures.map(({ name, expression }, index): GraphColumn => {
    const { type } = context.value(`measures.${index}.expression`, expression, input, measureUse(by));
    return { name, type: columnTypeOf(type) };
  });
  const out = [...keys, ...computed];
  context.distinct(
    out.map((column) => column.name),
    (index) => (index < keys.length ? `by.${index}` : `measures.${index - keys.length}.name`),
  );
  return { out: input === undefined ? undefined : out };
}

export function checkPivot(node: NodeOf<"pivot">, context: NodeContext): PortColumns {
  const input = context.input();
  const { by, column, measure, values } = node.settings;
  const keys = by.flatMap((name, index) => context.column(`by.${index}`, name, input) ?? []);
  context.column("column", column, input);
  const type = columnTypeOf(context.value("measure", measure, input, measureUse(by)).type);
  const out = [...keys, ...values.map(({ name }) => ({ name, type }))];
  context.distinct(
    out.map((each) => each.name),
    (index) => (index < keys.length ? `by.${index}` : `values.${index - keys.length}.name`),
  );
  return { out: input === undefined ? undefined : out };
}

export function checkUnpivot(node: NodeOf<"unpivot">, context: NodeContext): PortColumns {
  const input = context.input();
  if (input === undefined) return { out: undefined };
  const { columns, nameTo, valueTo } = node.settings;
  const turned = columns.flatMap((name, index) => context.column(`columns.${index}`, name, input) ?? []);
  const type = turned.map((column) => column.type).reduce<ExpressionType | undefined>(widen, "null");
  if (type === undefined) context.fault("columns", "node.unpivot_types", "The columns have types that do not go together. Cast them to one type before.");
  const kept = input.filter((column) => !turned.includes(column));
  const out: readonly GraphColumn[] = [...kept, { name: nameTo, type: "text" }, { name: valueTo, type: columnTypeOf(type ?? "text") }];
  context.distinct(
    out.map((column) => column.name),
    (index) => (index === out.length - 1 ? "valueTo" : "nameTo"),
  );
  return { out };
}

/** The columns a `flatten` node adds. Elements without fields go under the column's own name, or `..._item` beside it. */
function flattenedColumns({ column, fields, keepColumn }: NodeOf<"flatten">["settings"]): readonly GraphColumn[] {
  if (fields.length > 0) return fields.map(({ name, type }) => ({ name, type }));
  return [{ name: keepColumn ? `${column}_item` : column, type: "json" }];
}

export function checkFlatten(node: NodeOf<"flatten">, context: NodeContext): PortColumns {
  const input = context.input();
  if (input === undefined) return { out: undefined };
  const { column, fields, keepColumn } = node.settings;
  const found = context.column("column", column, input);
  if (found !== undefined && found.type !== "json" && found.type !== "text")
    context.fault("column", "node.flatten_type", `${found.name} is ${found.type}: only JSON can be flattened.`);
  for (const [index, { path }] of fields.entries())
    if (!FIELD_PATH.test(path)) context.fault(`fields.${index}.path`, "node.json_path", "A path is like $.address.city or $.items[0].");
  const added = flattenedColumns(node.settings);
  const kept = input.filter((each) => keepColumn || each !== found);
  const isReplaced = fields.length === 0 && !keepColumn;
  if (isReplaced) return { out: withColumns(input, added) };
  context.distinct(
    [...kept, ...added].map((each) => each.name),
    (index) => `fields.${index - kept.length}.name`,
  );
  return { out: [...kept, ...added] };
}

/** `$`, or `$.name[0]."any name"`. */
const FIELD_PATH = /^\$(\.([\p{L}_][\p{L}\p{N}_]*|"[^"]+")|\[\d+\])*$/u;
