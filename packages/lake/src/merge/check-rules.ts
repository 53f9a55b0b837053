import {
  aggregate,
  and,
  call,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  inList,
  isNull,
  literal,
  not,
  or,
  type Query,
  type SelectItem,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { type HeldFiles, holdFiles, liveFiles, storedName } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import { ACTION, FILE, liveRows, type LoadRules, POSITION, rowsAmong, type WriteParts } from "../write/index.ts";
import type { MergedColumns } from "./merged-rows.ts";
import { isGoing, MERGED, setName } from "./merged-rows.ts";

const MAX_SHOWN = 100;
const FAULTS = "merge_unique";

export interface RulesInput {
  readonly onto: OpenTable;
  readonly columns: MergedColumns;
  readonly rules: LoadRules;
  /** Sets of columns no two rows may share. */
  readonly unique: readonly (readonly number[])[];
  readonly quotable: readonly number[];
  readonly signal: AbortSignal | undefined;
}

interface Fault {
  readonly rows: number;
  readonly fieldIds: readonly number[];
  readonly says: string;
  readonly example?: string;
}

const value = (fieldId: number): Expression => column(storedName(fieldId));
const isSet = (fieldId: number): Expression => column(setName(fieldId));

/** What one row alone can break. */
interface Simple {
  readonly fieldId: number;
  readonly isBroken: Expression;
  readonly says: string;
}

function simpleRules({ onto, columns, rules }: RulesInput): readonly Simple[] {
  const given = new Set([...columns.given.map((item) => item.fieldId), ...columns.beside.map((field) => field.id)]);
  const keys = new Set(onto.schema["identifier-field-ids"] ?? []);
  const isSystem = new Set(onto.columns.filter((item) => item.isSystem).map((item) => item.fieldId));
  const required = onto.schema.fields
    .filter((field) => (field.required || keys.has(field.id)) && !isSystem.has(field.id))
    .map(({ id }): Simple => {
      const isBroken = given.has(id) ? and(isSet(id), isNull(value(id))) : compare(column(ACTION), "=", literal("add"));
      return { fieldId: id, isBroken, says: "have no value, and one is required" };
    });
  const allowed = (rules.allowed ?? [])
    .filter((rule) => given.has(rule.fieldId))
    .map(({ fieldId, values }): Simple => {
      const isBroken = and(isSet(fieldId), not(isNull(value(fieldId))), not(inList(value(fieldId), values)));
      return { fieldId, isBroken, says: "have a value that is not one of the allowed ones" };
    });
  return [...required, ...allowed];
}

async function brokenAlone(session: EngineSession, input: RulesInput): Promise<readonly Fault[]> {
  const rules = simpleRules(input);
  if (rules.length === 0) return [];
  const given = new Set([...input.columns.given.map((item) => item.fieldId), ...input.columns.beside.map((field) => field.id)]);
  const items = rules.flatMap(({ isBroken, fieldId }, index): readonly SelectItem[] => [
    { expression: aggregate("count_rows", [], { filter: isBroken }), as: `count_${index}` },
    {
      expression: given.has(fieldId) ? aggregate("min", [cast(value(fieldId), { kind: "text" })], { filter: isBroken }) : literal(null),
      as: `example_${index}`,
    },
  ]);
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "table", name: MERGED } } });
  const [row = []] = rows;
  return rules.flatMap(({ fieldId, says }, index): readonly Fault[] => {
    const [count, example] = [Number(row[index * 2] ?? 0), row[index * 2 + 1]];
    if (count === 0) return [];
    return [{ rows: count, fieldIds: [fieldId], says, ...(typeof example === "string" ? { example } : {}) }];
  });
}

const names = (set: readonly number[]): readonly string[] => set.map(storedName);
const picked = (set: readonly number[]): readonly SelectItem[] => names(set).map((name) => ({ expression: column(name), as: name }));

/** Merged rows that have a value in every column of a set. */
function wholeIn(set: readonly number[]): Expression {
  return and(...set.map((id) => not(isNull(value(id)))));
}

/** Of a set, the values that are shared: among the merged rows, or with rows that stay. One row per such value, with how many rows have it. */
async function sharedValues(
  session: EngineSession,
  query: Query,
  set: readonly number[],
): Promise<{ readonly rows: number; readonly example: string } | undefined> {
  const text = set.map((id) => cast(value(id), { kind: "text" }));
  const items: readonly SelectItem[] = [
    { expression: call("sum", column("times")), as: "rows" },
    { expression: call("min", call("concat_with", literal(", "), ...(text as [Expression, ...Expression[]]))), as: "example" },
  ];
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "query", query } } });
  const [count, example] = rows[0] ?? [];
  return count === null || count === undefined || Number(count) === 0 ? undefined : { rows: Number(count), example: String(example) };
}

async function brokenSet(session: EngineSession, held: HeldFiles, set: readonly number[]): Promise<readonly Fault[]> {
  const isTouched = or(...set.map(isSet));
  const among: Query = {
    kind: "select",
    items: [...picked(set), { expression: call("count_rows"), as: "times" }],
    from: { kind: "table", name: MERGED },
    where: wholeIn(set),
    groupBy: set.map(value),
    having: and(compare(call("count_rows"), ">", literal(1)), call("any_true", isTouched)),
  };
  const twice = await sharedValues(session, among, set);
  const live = rowsAmong(liveRows(held, held.files, set), set.map(value), { table: MERGED, columns: set.map(value), where: and(wholeIn(set), isTouched) });
  const staying: Query = {
    kind: "select",
    items: [...picked(set), { expression: literal(1), as: "times" }],
    from: { kind: "query", query: { ...live, items: [...names(set), FILE, POSITION].map((name) => ({ expression: column(name), as: name })) } },
    where: not(isGoing),
  };
  await session.run({ kind: "createTable", name: FAULTS, query: staying });
  const taken = await sharedValues(
    session,
    { kind: "select", items: [...picked(set), { expression: column("times"), as: "times" }], from: { kind: "table", name: FAULTS } },
    set,
  );
  await session.run({ kind: "dropTable", name: FAULTS });
  return [
    ...(twice === undefined ? [] : [{ ...twice, fieldIds: set, says: "would have the same value, and it has to be unique" }]),
    ...(taken === undefined ? [] : [{ ...taken, fieldIds: set, says: "of the dataset have a value already that is proposed again, and it has to be unique" }]),
  ];
}

async function brokenSets(session: EngineSession, parts: WriteParts, { onto, unique, signal }: RulesInput): Promise<readonly Fault[]> {
  if (unique.length === 0) return [];
  const fieldIds = [...new Set(unique.flat())];
  await using held = await holdFiles({ fileIo: parts.fileIo, session }, { table: onto, files: liveFiles(onto).data, fieldIds, signal });
  const faults: Fault[] = [];
  for (const set of unique) faults.push(...(await brokenSet(session, held, set)));
  return faults;
}

/**
 * Checks the rules of a table on the rows a merge brings: required and allowed values of the cells it sets, and columns that have
 * to be unique, among themselves and against the rows that stay. Throws `change.rules_broken` with an issue per rule.
 */
export async function checkRules(session: EngineSession, parts: WriteParts, input: RulesInput): Promise<void> {
  const faults = [...(await brokenAlone(session, input)), ...(await brokenSets(session, parts, input))];
  if (faults.length === 0) return;
  const nameOf = new Map(input.onto.columns.map((item) => [item.fieldId, item.name]));
  const issues = faults.map(({ rows, fieldIds, says, example }) => {
    const isQuoted = example !== undefined && fieldIds.every((id) => input.quotable.includes(id));
    const quote = isQuoted ? `, for example “${example.slice(0, MAX_SHOWN)}”` : "";
    return { path: fieldIds.map((id) => nameOf.get(id) ?? "").join(", "), message: `${rows} rows ${says}${quote}` };
  });
  throw problem("change.rules_broken", { count: faults.reduce((sum, fault) => sum + fault.rows, 0) }, { issues });
}
