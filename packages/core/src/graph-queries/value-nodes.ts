import { and, cast, column, type Expression, isNull, literal, not, type SelectItem, type WindowFrame } from "@granary/engine";
import { columnTypeOf, findColumn, selectedColumns, WINDOW_USE } from "@granary/graph";
import type { GraphColumn, GraphType, NodeOf } from "@granary/protocol";
import { maskExpression } from "../access/index.ts";
import { castTo } from "./casts.ts";
import { type NodeInputs, type PortQueries, select, sortKeys } from "./context.ts";
import type { Operand } from "./functions.ts";
import { type RejectRule, withRejects } from "./rejects.ts";
import { sqlTypeOf } from "./types.ts";

/** The node's output columns: some computed, the others as they came in. */
function withComputed(inputs: NodeInputs, computed: ReadonlyMap<string, Expression>): readonly SelectItem[] {
  return inputs.out.map(({ name }) => ({ expression: computed.get(name.toLowerCase()) ?? column(name), as: name }));
}

const typeOf = (inputs: NodeInputs, name: string): GraphType => findColumn(inputs.out, name)?.type ?? "text";

export function compileDerive({ settings }: NodeOf<"derive">, inputs: NodeInputs): PortQueries {
  const computed = new Map(settings.columns.map(({ name, expression }) => [name.toLowerCase(), inputs.value(expression, typeOf(inputs, name))] as const));
  return { out: select(withComputed(inputs, computed), inputs.table()) };
}

type Frame = NonNullable<NodeOf<"window">["settings"]["frame"]>;

function frameOf({ unit, preceding, following }: Frame): WindowFrame {
  const bound = (rows: number | null, side: "preceding" | "following"): WindowFrame["start"] => {
    if (rows === null) return { kind: side === "preceding" ? "unboundedPreceding" : "unboundedFollowing" };
    return rows === 0 ? { kind: "currentRow" } : { kind: side, offset: literal(rows) };
  };
  return { unit, start: bound(preceding, "preceding"), end: bound(following, "following") };
}

export function compileWindow({ settings }: NodeOf<"window">, inputs: NodeInputs): PortQueries {
  const { frame, orderBy, partitionBy } = settings;
  const window = {
    partitionBy: partitionBy.map((name) => column(name)),
    orderBy: sortKeys(orderBy),
    ...(frame === undefined ? {} : { frame: frameOf(frame) }),
  };
  const computed = new Map(
    settings.columns.map(({ name, expression }) => [name.toLowerCase(), inputs.value(expression, typeOf(inputs, name), WINDOW_USE, { window })] as const),
  );
  return { out: select(withComputed(inputs, computed), inputs.table()) };
}

export function compileSelect({ settings }: NodeOf<"select">, inputs: NodeInputs): PortQueries {
  const items = selectedColumns(settings, inputs.one().columns).map(({ from, to }) => ({ expression: column(from.name), as: to }));
  return { out: select(items, inputs.table()) };
}

interface Field {
  readonly name: string;
  readonly type: GraphType;
  readonly source: Operand;
  readonly format?: string | undefined;
}

type OnFault = NodeOf<"cast">["settings"]["onFault"];

const fieldValue = (field: Field, onFault: OnFault): Expression =>
  castTo({ value: field.source.value, from: field.source.type, to: field.type, format: field.format, onFault: onFault === "fail" ? "fail" : "null" });

/** A value that is there and is lost by the cast. */
function rejectRule(field: Field): RejectRule | [] {
  const { name, source, type } = field;
  if (source.type === type || type === "text") return [];
  const when = and(not(isNull(source.value)), isNull(fieldValue(field, "null")));
  return { when, column: name, reason: `${name} is no ${type}` };
}

function converted(inputs: NodeInputs, fields: readonly Field[], onFault: OnFault, kept: readonly GraphColumn[]): PortQueries {
  const values = new Map(fields.map((field) => [field.name.toLowerCase(), fieldValue(field, onFault)]));
  const items = kept.map(({ name }) => ({ expression: values.get(name.toLowerCase()) ?? column(name), as: name }));
  const rules = onFault === "reject" ? fields.flatMap(rejectRule) : [];
  return onFault === "reject" ? withRejects(inputs, items, rules) : { out: select(items, inputs.table()) };
}

export function compileCast({ settings }: NodeOf<"cast">, inputs: NodeInputs): PortQueries {
  const fields = settings.columns.map(({ column: wanted, format, type }): Field => {
    const { name, type: from } = findColumn(inputs.one().columns, wanted) ?? { name: wanted, type: "text" };
    return { name, type, format, source: { value: column(name), type: from } };
  });
  return converted(inputs, fields, settings.onFault, inputs.out);
}

function sourceOf(field: NodeOf<"map">["settings"]["fields"][number], inputs: NodeInputs): Operand {
  if (field.expression !== undefined) {
    const operand = inputs.operand(field.expression);
    const type = columnTypeOf(operand.type);
    // Written numbers have types of the engine's own; the column's type decides.
    return operand.type === type ? operand : { value: castTo({ value: operand.value, from: operand.type, to: type, onFault: "fail" }), type };
  }
  const found = field.from === undefined ? undefined : findColumn(inputs.one().columns, field.from);
  return found === undefined ? { value: cast(literal(null), sqlTypeOf(field.type)), type: field.type } : { value: column(found.name), type: found.type };
}

const isExact = ({ value }: Operand): boolean => value.kind === "column" || value.kind === "cast" || value.kind === "typedLiteral";

export function compileMap({ settings }: NodeOf<"map">, inputs: NodeInputs): PortQueries {
  const fields = settings.fields.map((field): Field => {
    const source = sourceOf(field, inputs);
    const isSame = source.type === field.type && !isExact(source);
    return { name: field.to, type: field.type, source: isSame ? { value: cast(source.value, sqlTypeOf(field.type)), type: source.type } : source };
  });
  return converted(inputs, fields, settings.onFault, inputs.out);
}

export function compileMask({ settings }: NodeOf<"mask">, inputs: NodeInputs): PortQueries {
  const computed = new Map(
    settings.columns.map(({ column: wanted, mask }) => {
      const { name, type } = findColumn(inputs.one().columns, wanted) ?? { name: wanted, type: "text" as const };
      return [name.toLowerCase(), maskExpression({ mask, value: column(name), type: sqlTypeOf(type), key: inputs.maskKey, scope: "" })] as const;
    }),
  );
  return { out: select(withComputed(inputs, computed), inputs.table()) };
}
