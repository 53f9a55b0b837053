import {
  and,
  call,
  caseWhen,
  cast,
  column,
  compare,
  type Expression,
  isNull,
  literal,
  not,
  over,
  type Query,
  type Relation,
  type SelectItem,
  structField,
  structPack,
} from "@granary/engine";
import { findColumn, type JoinedColumn, joinedColumns, measureUse, sidesOf } from "@granary/graph";
import type { GraphColumn, NodeOf } from "@granary/protocol";
import { castTo } from "./casts.ts";
import { type InputRelation, itemOf, type NodeInputs, type PortQueries, select, sortKeys } from "./context.ts";
import { rejectedRows } from "./rejects.ts";
import { sqlTypeOf } from "./types.ts";

const aliased = (name: string, as: string): Relation => ({ kind: "alias", relation: { kind: "table", name }, as });

function joinedValue({ from, side }: JoinedColumn, kind: NodeOf<"join">["settings"]["kind"]): Expression {
  if (side !== "both") return column(from.name, side);
  if (kind === "full") return call("coalesce", column(from.name, "left"), column(from.name, "right"));
  return column(from.name, kind === "right" ? "right" : "left");
}

export function compileJoin({ settings }: NodeOf<"join">, inputs: NodeInputs): PortQueries {
  const { condition, kind, on } = settings;
  const [left, right] = [inputs.one("left"), inputs.one("right")];
  const pairs = on.map((pair) => compare(column(pair.left, "left"), "=", column(pair.right, "right")));
  const extra = condition === undefined ? [] : [inputs.condition(condition, sidesOf(left.columns, right.columns))];
  const from: Relation = {
    kind: "join",
    join: kind,
    left: aliased(left.name, "left"),
    right: aliased(right.name, "right"),
    ...(kind === "cross" ? {} : { on: and(...pairs, ...extra) }),
  };
  const joined = joinedColumns(settings, left.columns, right.columns);
  return {
    out: select(
      joined.map((each) => ({ expression: joinedValue(each, kind), as: each.name })),
      from,
    ),
  };
}

const nameOf = (columns: readonly GraphColumn[], name: string): string => findColumn(columns, name)?.name ?? name;

/** Makes the statement fail where it is reached: a text that is no number, which the engine quotes. */
const failWith = (message: string): Expression => cast(literal(message), { kind: "bigint" });

/** One row a key: the first by an order, or any one with how many there are. */
function lookupTable({ firstBy, on, take }: NodeOf<"lookup">["settings"], table: InputRelation): Query {
  const keys = on.map(({ key }) => nameOf(table.columns, key));
  const keyItems = keys.map((name, index) => itemOf(name, `key ${index}`));
  const taken = take.map(({ from }) => nameOf(table.columns, from));
  const partitionBy = keys.map((name) => column(name));
  const where = and(...partitionBy.map((key) => not(isNull(key))));
  const from: Relation = { kind: "table", name: table.name };
  if (firstBy !== undefined) {
    const items = [...keyItems, ...taken.map((name, index) => itemOf(name, `value ${index}`)), { expression: literal(1), as: "count" }];
    const place = over(call("row_number"), { partitionBy, orderBy: sortKeys(firstBy) });
    return select(items, from, { where, qualify: compare(place, "=", literal(1)) });
  }
  const values = taken.map((name, index): SelectItem => ({ expression: call("first", column(name)), as: `value ${index}` }));
  return select([...keyItems, ...values, { expression: call("count_rows"), as: "count" }], from, { where, groupBy: partitionBy });
}

export function compileLookup({ settings }: NodeOf<"lookup">, inputs: NodeInputs): PortQueries {
  const { firstBy, on, take, whenMissing } = settings;
  const [input, table] = [inputs.one(), inputs.one("table")];
  const pairs = on.map(({ column: name }, index) => compare(column(nameOf(input.columns, name), "in"), "=", column(`key ${index}`, "table")));
  const right: Relation = { kind: "alias", relation: { kind: "query", query: lookupTable(settings, table) }, as: "table" };
  const from: Relation = { kind: "join", join: "left", left: aliased(input.name, "in"), right, on: and(...pairs) };
  const count = column("count", "table");
  const failures = [
    ...(firstBy === undefined
      ? [{ when: compare(count, ">", literal(1)), then: failWith("several rows of the table fit one key; choose an order to take the first by") }]
      : []),
    ...(whenMissing === "fail" ? [{ when: isNull(count), then: failWith("a key is not in the table") }] : []),
  ];
  const isChecked = failures.length === 0 ? [] : [isNull(caseWhen(failures, cast(literal(null), { kind: "bigint" })))];
  const isFound = whenMissing === "reject" ? [not(isNull(count))] : [];
  const conditions = [...isChecked, ...isFound];
  const items = [
    ...input.columns.map(({ name }) => ({ expression: column(name, "in"), as: name })),
    ...take.map(({ from: name, to }, index) => ({ expression: column(`value ${index}`, "table"), as: to ?? nameOf(table.columns, name) })),
  ];
  const out = select(items, from, conditions.length === 0 ? {} : { where: and(...conditions) });
  return whenMissing === "reject" ? { out, rejected: missing(settings, inputs) } : { out };
}

/** Rows whose key is not in the table. */
function missing({ on }: NodeOf<"lookup">["settings"], inputs: NodeInputs): Query {
  const [input, table] = [inputs.one(), inputs.one("table")];
  const keys = on.map(({ column: name }) => nameOf(input.columns, name));
  const isThere: Expression = {
    kind: "inQuery",
    operands: keys.map((name) => column(name)),
    query: select(
      on.map(({ key }, index) => itemOf(nameOf(table.columns, key), `key ${index}`)),
      { kind: "table", name: table.name },
      { where: and(...on.map(({ key }) => not(isNull(column(nameOf(table.columns, key)))))) },
    ),
  };
  const when = compare(isThere, "is distinct from", literal(true));
  return rejectedRows(inputs, [{ when, column: keys[0] ?? null, reason: `${keys.join(", ")} not found in the table` }]);
}

export function compileUnion({ settings }: NodeOf<"union">, inputs: NodeInputs): PortQueries {
  const queries = inputs.all().map((input) => {
    const items = inputs.out.map(({ name, type }, index): SelectItem => {
      const found = settings.match === "position" ? input.columns[index] : findColumn(input.columns, name);
      if (found === undefined) return { expression: cast(literal(null), sqlTypeOf(type)), as: name };
      return {
        expression: found.type === type ? column(found.name) : castTo({ value: column(found.name), from: found.type, to: type, onFault: "fail" }),
        as: name,
      };
    });
    return select(items, { kind: "table", name: input.name });
  });
  return { out: { kind: settings.distinct ? "union" : "unionAll", queries } };
}

export function compileAggregate({ settings }: NodeOf<"aggregate">, inputs: NodeInputs): PortQueries {
  const { by, measures } = settings;
  const keys = by.map((name) => nameOf(inputs.one().columns, name));
  const items = inputs.out.map(({ name, type }, index): SelectItem => {
    const measure = measures[index - keys.length];
    return measure === undefined ? itemOf(name) : { expression: inputs.value(measure.expression, type, measureUse(by)), as: name };
  });
  if (measures.length === 0) return { out: select(items, inputs.table(), { distinct: true }) };
  return { out: select(items, inputs.table(), keys.length === 0 ? {} : { groupBy: keys.map((name) => column(name)) }) };
}

export function compilePivot({ settings }: NodeOf<"pivot">, inputs: NodeInputs): PortQueries {
  const { by, measure, values } = settings;
  const keys = by.map((name) => nameOf(inputs.one().columns, name));
  const { name, type } = findColumn(inputs.one().columns, settings.column) ?? { name: settings.column, type: "text" as const };
  const text = castTo({ value: column(name), from: type, to: "text", onFault: "fail" });
  const items = inputs.out.map((out, index): SelectItem => {
    const value = values[index - keys.length];
    if (value === undefined) return itemOf(out.name);
    const only = compare(text, "=", literal(value.value));
    return { expression: inputs.value(measure, out.type, measureUse(by), { only }), as: out.name };
  });
  return { out: select(items, inputs.table(), keys.length === 0 ? {} : { groupBy: keys.map((key) => column(key)) }) };
}

export function compileUnpivot({ settings }: NodeOf<"unpivot">, inputs: NodeInputs): PortQueries {
  const { keepNulls, nameTo, valueTo } = settings;
  const { columns } = inputs.one();
  const type = inputs.out.at(-1)?.type ?? "text";
  const turned = settings.columns.flatMap((name) => findColumn(columns, name) ?? []);
  const pairs = turned.map((from) =>
    structPack([
      { name: "name", value: literal(from.name) },
      {
        name: "value",
        value: from.type === type ? column(from.name, "in") : castTo({ value: column(from.name, "in"), from: from.type, to: type, onFault: "fail" }),
      },
    ]),
  );
  const from: Relation = { kind: "unnest", relation: aliased(inputs.one().name, "in"), list: call("list_of", ...pairs), as: "turned", column: "pair" };
  const part = (name: string): Expression => structField(column("pair", "turned"), name);
  const kept = columns.filter((each) => !turned.includes(each)).map(({ name }): SelectItem => ({ expression: column(name, "in"), as: name }));
  const items = [...kept, { expression: part("name"), as: nameTo }, { expression: part("value"), as: valueTo }];
  return { out: select(items, from, keepNulls ? {} : { where: not(isNull(part("value"))) }) };
}

type FlattenField = NodeOf<"flatten">["settings"]["fields"][number];

function fieldOf(json: Expression, { path, type }: FlattenField): Expression {
  if (type === "json") return call("null_if", cast(call("json_extract", json, literal(path)), { kind: "text" }), literal("null"));
  return castTo({ value: call("json_text", json, literal(path)), from: "text", to: type, onFault: "fail" });
}

export function compileFlatten({ settings }: NodeOf<"flatten">, inputs: NodeInputs): PortQueries {
  const { fields, into, keepEmpty } = settings;
  const { columns, name: relation } = inputs.one();
  const name = nameOf(columns, settings.column);
  const isRows = into === "rows";
  const source = isRows ? column("item", "items") : column(name, "in");
  const item = isRows ? cast(source, { kind: "text" }) : source;
  const added = new Map<string, Expression>(fields.map((field) => [field.name, fieldOf(item, field)]));
  if (fields.length === 0)
    added.set(
      settings.keepColumn ? `${settings.column}_item` : (inputs.out.find((each) => each.name.toLowerCase() === name.toLowerCase())?.name ?? name),
      item,
    );
  const items = inputs.out.map((out) => ({ expression: added.get(out.name) ?? column(out.name, "in"), as: out.name }));
  const input = aliased(relation, "in");
  if (!isRows) return { out: select(items, input, keepEmpty ? {} : { where: not(isNull(column(name, "in"))) }) };
  const list = call("json_parse", column(name, "in"), literal('["JSON"]'));
  return { out: select(items, { kind: "unnest", relation: input, list, as: "items", column: "item", keepEmpty }) };
}
