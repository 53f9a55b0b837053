import {
  and,
  call,
  caseWhen,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  inList,
  inQuery,
  isNull,
  literal,
  not,
  over,
  recordCell,
  recordOf,
  type PreparedFile,
  type Query,
  type RejectedRow,
  type Relation,
  type SelectItem,
  type SelectQuery,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { type HeldFiles, holdFiles, liveFiles, scanRelation, storedName } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import type { Mapping } from "./file-mapping.ts";
import type { WriteParts } from "./work.ts";

const PLACE = "granary_place";
const RULE = "granary_rule";
const FAULTS = "granary_faults";
const KNOWN = "granary_known";
const MAX_SHOWN = 100;

/** What rows have to keep to besides their columns' types. Columns are named by field id. */
export interface LoadRules {
  /** Columns whose values together no two rows may share; a row that lacks one of them shares nothing. */
  readonly unique?: readonly (readonly number[])[];
  /** The only values a column may hold; it may be empty besides. */
  readonly allowed?: readonly { readonly fieldId: number; readonly values: readonly Expression[] }[];
}

/** As a load of a certain mode has to keep to them. */
export interface RowRules extends Required<LoadRules> {
  readonly required: readonly number[];
  /** Whether the rows of the table stay, so that new ones may clash with them. */
  readonly besides: "table" | "nothing";
  /** The columns by which rows replace others; a row never clashes with the one it replaces. */
  readonly matchedBy?: readonly number[];
}

export interface RuledFile {
  readonly file: PreparedFile;
  readonly mapping: readonly Mapping[];
  readonly target: OpenTable;
  readonly rules: RowRules;
  readonly maxListed: number;
  /** Stops beyond this many rejected records, or this share of all. */
  readonly maxRejected: number | undefined;
  readonly maxRejectedShare: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One thing a row can break, in the order in which it is looked for. */
interface Rule {
  readonly fieldIds: readonly number[];
  readonly reason: (shown: string) => string;
}

interface Work {
  readonly session: EngineSession;
  readonly input: RuledFile;
  /** The file's rows with their places. */
  readonly rows: SelectQuery;
  readonly names: ReadonlyMap<number, string>;
}

const value = (fieldId: number): Expression => column(storedName(fieldId));
const values = (fieldIds: readonly number[]): readonly Expression[] => fieldIds.map(value);
const isWhole = (fieldIds: readonly number[]): Expression => and(...values(fieldIds).map((item) => not(isNull(item))));
const select = (names: readonly string[], from: Relation): SelectQuery => ({
  kind: "select",
  items: names.map((name) => ({ expression: column(name), as: name })),
  from,
});
const tableName = (index: number): string => `${FAULTS}_${index}`;

/** The rows as read, each with its place in the file that a read answers without looking at any value. */
function placed({ query, relation }: PreparedFile): SelectQuery {
  if (relation.kind !== "parquetFiles") throw new Error("the rows of a prepared file lie in a Parquet file");
  return { ...query, from: { ...relation, rowPositionAs: PLACE } };
}

function typedRows({ file, mapping }: RuledFile): SelectQuery {
  const items = mapping.flatMap((item): readonly SelectItem[] => (item.value === undefined ? [] : [{ expression: item.value, as: storedName(item.field.id) }]));
  return { ...placed(file), items: [{ expression: column(PLACE), as: PLACE }, ...items] };
}

/** Rules one row alone can break; in one pass over the file, each row with the first it breaks. */
function simpleRules({ input, names }: Work): readonly (Rule & { readonly isBroken: Expression })[] {
  const { mapping, rules } = input;
  const isMapped = (fieldId: number): boolean => mapping.some((item) => item.field.id === fieldId && item.value !== undefined);
  const name = (fieldId: number): string => names.get(fieldId) ?? "";
  const required = rules.required.filter(isMapped).map((fieldId) => ({
    fieldIds: [fieldId],
    isBroken: isNull(value(fieldId)),
    reason: (): string => `${name(fieldId)}: a value is required`,
  }));
  const allowed = rules.allowed
    .filter((rule) => isMapped(rule.fieldId))
    .map((rule) => ({
      fieldIds: [rule.fieldId],
      isBroken: and(not(isNull(value(rule.fieldId))), not(inList(value(rule.fieldId), rule.values))),
      reason: (shown: string): string => `${name(rule.fieldId)}: “${shown}” is not one of the allowed values`,
    }));
  return [...required, ...allowed];
}

const isKnown = (operands: readonly Expression[], query: Query): Expression => call("coalesce", inQuery(operands, query), literal(false));

/** What the first tables of faults hold. */
function faultsIn(tables: number, names: readonly string[]): Query {
  const [first, ...others] = Array.from({ length: tables }, (_, index) => select(names, { kind: "table", name: tableName(index) }));
  return first !== undefined && others.length === 0 ? first : { kind: "unionAll", queries: first === undefined ? [] : [first, ...others] };
}

const stillFine = (tables: number): Expression => not(isKnown([column(PLACE)], faultsIn(tables, [PLACE])));

/** Values that rows which stay in the table have already. A row that is replaced frees its own. */
function isTaken({ rules }: RuledFile, fieldIds: readonly number[]): Expression {
  const known = (ids: readonly number[]): Query => select(ids.map(storedName), { kind: "table", name: KNOWN });
  const taken = isKnown(values(fieldIds), known(fieldIds));
  if (rules.matchedBy === undefined) return taken;
  const both = [...new Set([...fieldIds, ...rules.matchedBy])];
  return and(taken, not(isKnown(values(both), known(both))));
}

async function findSimpleFaults({ session, rows, input, names }: Work): Promise<readonly Rule[]> {
  const rules = simpleRules({ session, rows, input, names });
  const first = caseWhen(
    rules.map((rule, index) => ({ when: rule.isBroken, then: literal(index) })),
    literal(null),
  );
  const found: Query = {
    kind: "select",
    items: [
      { expression: column(PLACE), as: PLACE },
      { expression: cast(first, { kind: "integer" }), as: RULE },
    ],
    from: { kind: "query", query: rows },
  };
  const query: Query = { ...select([PLACE, RULE], { kind: "query", query: found }), where: not(isNull(column(RULE))) };
  const none: Query = { ...found, items: [found.items[0] as SelectItem, { expression: literal(0), as: RULE }], where: literal(false) };
  await session.run({ kind: "createTable", name: tableName(0), query: rules.length === 0 ? none : query });
  return rules;
}

/** The tables of the session that hold what was found, and what their rules are by number. */
interface Found {
  readonly tables: number;
  readonly rules: readonly Rule[];
}

/** Notes the rows of a query that broke no rule before. */
async function note(
  { session, rows }: Work,
  found: Found,
  rule: Rule,
  condition: { readonly where: Expression; readonly qualify?: Expression },
): Promise<Found> {
  const query: Query = {
    kind: "select",
    items: [
      { expression: column(PLACE), as: PLACE },
      { expression: literal(found.rules.length), as: RULE },
    ],
    from: { kind: "query", query: rows },
    ...condition,
    where: and(condition.where, stillFine(found.tables)),
  };
  await session.run({ kind: "createTable", name: tableName(found.tables), query });
  return { tables: found.tables + 1, rules: [...found.rules, rule] };
}

/** Unique columns are looked at among the rows that are fine otherwise: of rows that share a value the first is loaded. */
async function findClashes(work: Work, isHeld: boolean, simple: readonly Rule[]): Promise<Found> {
  let found: Found = { tables: 1, rules: simple };
  for (const fieldIds of setsToCheck(work.input)) {
    const label = fieldIds.map((fieldId) => work.names.get(fieldId) ?? "").join(", ");
    const taken: Rule = { fieldIds, reason: (shown) => `${label}: “${shown}” is in the dataset already and has to be unique` };
    const again: Rule = { fieldIds, reason: (shown) => `${label}: “${shown}” came before in the file and has to be unique` };
    if (isHeld) found = await note(work, found, taken, { where: and(isWhole(fieldIds), isTaken(work.input, fieldIds)) });
    const rank = over(call("row_number"), { partitionBy: values(fieldIds), orderBy: [{ expression: column(PLACE), direction: "asc" }] });
    found = await note(work, found, again, { where: isWhole(fieldIds), qualify: compare(rank, ">", literal(1)) });
  }
  return found;
}

/** The sets all of whose columns the file has; by those rows are matched by, they never clash. */
function setsToCheck({ mapping, rules }: RuledFile): readonly (readonly number[])[] {
  const mapped = new Set(mapping.filter((item) => item.value !== undefined).map((item) => item.field.id));
  const matched = new Set(rules.matchedBy);
  const isMatched = (set: readonly number[]): boolean => set.length === matched.size && set.every((fieldId) => matched.has(fieldId));
  return rules.unique.filter((set) => set.every((fieldId) => mapped.has(fieldId)) && !isMatched(set));
}

/** Makes the columns of the table's rows that have to be unique readable as one table of the session. */
async function holdKnown(parts: WriteParts, { session, input }: Work): Promise<HeldFiles | undefined> {
  const sets = setsToCheck(input);
  const files = liveFiles(input.target).data;
  if (sets.length === 0 || input.rules.besides === "nothing" || files.length === 0) return undefined;
  const fieldIds = [...new Set([...sets.flat(), ...(input.rules.matchedBy ?? [])])];
  const held = await holdFiles({ fileIo: parts.fileIo, session }, { table: input.target, files, fieldIds, signal: input.signal });
  const fields = fieldIds.map((fieldId) => ({ fieldId, name: storedName(fieldId) }));
  await session.run({ kind: "createView", name: KNOWN, query: select(fieldIds.map(storedName), scanRelation(held, fields)) });
  return held;
}

/** Reads the rejected rows as they stand in the file, with the values that are at fault. */
async function listFaults({ session, input }: Work, faults: Query, rules: readonly Rule[]): Promise<readonly RejectedRow[]> {
  const { file, mapping, maxListed } = input;
  const text = { kind: "text" } as const;
  const shown = mapping.flatMap((item) => (item.value === undefined ? [] : [{ id: item.field.id, value: item.value }]));
  const base = placed(file);
  const record = file.recordForm.columns.map((item, index) => ({ ...item, key: file.hasLines ? `c${index}` : item.source }));
  const items: readonly SelectItem[] = [
    { expression: column(PLACE), as: PLACE },
    { expression: file.hasLines ? column("line") : literal(null), as: "line" },
    ...record.map(({ isNested, key }, index) => ({ expression: recordCell(key, isNested), as: `raw${index}` })),
    ...shown.map((item, index) => ({ expression: cast(item.value, text), as: `shown${index}` })),
  ];
  const names = ["line", ...record.map((_, index) => `raw${index}`), ...shown.map((_, index) => `shown${index}`)];
  const { rows } = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items: [RULE, PLACE]
        .map((name) => ({ expression: column(name, "f"), as: name }))
        .concat(names.map((name) => ({ expression: column(name, "r"), as: name }))),
      from: {
        kind: "join",
        join: "inner",
        left: { kind: "alias", as: "r", relation: { kind: "query", query: { ...base, items } } },
        right: { kind: "alias", as: "f", relation: { kind: "query", query: faults } },
        on: compare(column(PLACE, "r"), "=", column(PLACE, "f")),
      },
      orderBy: [{ expression: column(PLACE, "f"), direction: "asc" }],
      limit: maxListed,
    },
  });
  return rows.map(([rule, place, line, ...cells]): RejectedRow => {
    const broken = rules[Number(rule)];
    const at = (fieldId: number): unknown => cells[record.length + shown.findIndex((item) => item.id === fieldId)];
    const example = (broken?.fieldIds ?? []).map((fieldId) => String(at(fieldId) ?? "").slice(0, MAX_SHOWN)).join(", ");
    const found = recordOf(file.recordForm, cells.slice(0, record.length));
    return { line: line === null ? Number(place) + 1 : Number(line), reason: broken?.reason(example) ?? "", ...found };
  });
}

/**
 * Sets those rows of a file aside that break a rule, each with the first it breaks: a required column is empty, a value is not
 * allowed, or it has to be unique and is in the table, or came earlier in the file. What is left loads; the counts still add up.
 * Throws `file.too_many_rejected`.
 */
export async function applyRules(session: EngineSession, parts: WriteParts, input: RuledFile): Promise<PreparedFile> {
  const { file, target, maxListed, maxRejected = Number.POSITIVE_INFINITY, maxRejectedShare = 1 } = input;
  const work: Work = { session, input, rows: typedRows(input), names: new Map(target.columns.map((item) => [item.fieldId, item.name])) };
  await using known = await holdKnown(parts, work);
  const { rules, tables } = await findClashes(work, known !== undefined, await findSimpleFaults(work));
  const all = faultsIn(tables, [PLACE, RULE]);
  const total: Query = { kind: "select", items: [{ expression: call("count_rows"), as: "rows" }], from: { kind: "query", query: all } };
  const counted = await session.run({ kind: "query", query: total });
  const count = Number(counted.rows[0]?.[0] ?? 0);
  if (count === 0) return file;
  const faults = await listFaults(work, all, rules);
  const rejectedCount = file.rejectedCount + count;
  if (rejectedCount > Math.min(maxRejected, maxRejectedShare * file.records))
    throw problem("file.too_many_rejected", { count: rejectedCount, line: faults[0]?.line, reason: faults[0]?.reason });
  const fine = stillFine(tables);
  const base = placed(file);
  return {
    ...file,
    query: { ...base, where: base.where === undefined ? fine : and(base.where, fine) },
    loaded: file.loaded - count,
    rejectedCount,
    rejected: [...file.rejected, ...faults].slice(0, maxListed),
  };
}
