import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  and,
  call,
  caseWhen,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  inQuery,
  isNull,
  literal,
  not,
  or,
  type Query,
  type Relation,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { comparable, type DiffParts, keyName, NEW, OLD, PLACE, sided, valueName } from "../diff/index.ts";
import { storedColumn } from "../files/index.ts";
import { type BaseRows, scanSeen } from "./candidates.ts";
import { isEmpty, valueOfText } from "./cells/cell-readings.ts";
import { differs } from "./cells/compare-values.ts";
import { TEXT } from "./cells/text-parts.ts";
import { type Misfits, valuesMismatch } from "./check-judged.ts";
import { countSeen } from "./compare-texts.ts";
import { proposedChanges } from "./judge-rows.ts";
import { damageName, differsName, freshName, IS_ADDED, IS_REMOVED, JUDGED, keyTextName, misfitName, named, shownName, textName } from "./names.ts";
import { fieldsOf, type Proposer, proposerOf, type SeenColumn, shownText } from "./proposer.ts";
import { asCompared, storeProposal } from "./store-proposal.ts";
import { toProposal } from "./to-proposal.ts";
import type { EditedRow, Proposal, ProposeRowsInput } from "./types.ts";
import { workOn } from "./work-on.ts";

const EDITS = "edited_rows";
const OP = "op";
const MAX_EXAMPLES = 20;
const isGiven = (fieldId: number): string => `g${fieldId}`;
const [o, n] = [sided("o"), sided("n")];

interface Edits {
  readonly proposer: Proposer;
  readonly rows: readonly EditedRow[];
  /** Columns that some row names, keys included. */
  readonly named: readonly SeenColumn[];
}

/** The columns the rows name. Throws `change.columns_unknown` for any the proposer does not see, and `change.no_keys` for edits of rows that no key tells apart. */
function editsOf(proposer: Proposer, rows: readonly EditedRow[]): Edits {
  const ids = new Set(rows.flatMap((row) => Object.keys(row.cells).map(Number)));
  const known = new Map(proposer.seen.filter((item) => !item.source.isSystem).map((item) => [item.fieldId, item]));
  const unknown = [...ids].filter((fieldId) => !known.has(fieldId));
  if (unknown.length > 0) throw problem("change.columns_unknown", { columns: unknown.join(", ") });
  const needsKey = rows.some((row) => row.op !== "add");
  if (needsKey && proposer.keys.length === 0) throw problem("change.no_keys", { suggestions: "none is declared" });
  if (rows.some((row) => row.op !== "add" && row.key?.length !== proposer.keys.length)) {
    throw problem("lake.diff_invalid", { reason: `a key has ${proposer.keys.length} values` });
  }
  return { proposer, rows, named: [...known.values()].filter((item) => ids.has(item.fieldId)) };
}

/** The edits as the engine reads them: the key before, the cells given, and which were. */
async function writeEdits(session: EngineSession, { proposer, rows, named: columns }: Edits): Promise<Relation> {
  const path = join(session.tempDir, "edits.json");
  const lines = rows.map((row, index) => {
    const keys = proposer.keys.map(({ fieldId }, place) => [keyTextName(fieldId), row.key?.[place] ?? null] as const);
    const cells = columns.flatMap(({ fieldId }) => {
      const isThere = Object.hasOwn(row.cells, fieldId);
      return [[textName(fieldId), row.cells[fieldId] ?? null] as const, [isGiven(fieldId), isThere] as const];
    });
    return JSON.stringify(Object.fromEntries([[PLACE, index + 1], [OP, row.op], ...keys, ...cells]));
  });
  await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  return {
    kind: "jsonFile",
    path,
    layout: "lines",
    columns: [
      { name: PLACE, type: { kind: "bigint" } },
      { name: OP, type: TEXT },
      ...proposer.keys.map(({ fieldId }) => ({ name: keyTextName(fieldId), type: TEXT })),
      ...columns.flatMap(({ fieldId }) => [
        { name: textName(fieldId), type: TEXT },
        { name: isGiven(fieldId), type: { kind: "boolean" } as const },
      ]),
    ],
  };
}

const create = (session: EngineSession, name: string, query: Query): Promise<unknown> => session.run({ kind: "createTable", name, query });
const isAdd = compare(column(OP), "=", literal("add"));

/** The edits with typed keys: the one before, and the one a row has after. */
function typedEdits({ proposer, named: columns }: Edits, from: Relation): Query {
  const given = new Set(columns.map((item) => item.fieldId));
  const before = ({ fieldId, source }: SeenColumn): Expression => valueOfText(column(keyTextName(fieldId)), source.sqlType);
  const after = (item: SeenColumn): Expression => {
    if (!given.has(item.fieldId)) return before(item);
    return caseWhen([{ when: column(isGiven(item.fieldId)), then: valueOfText(column(textName(item.fieldId)), item.source.sqlType) }], before(item));
  };
  return {
    kind: "select",
    items: [
      ...[PLACE, OP].map(named),
      ...proposer.keys.flatMap((item) => [
        named(keyTextName(item.fieldId)),
        { expression: before(item), as: `b${item.fieldId}` },
        { expression: after(item), as: keyName(item.fieldId) },
      ]),
      ...columns.flatMap((item) => [named(textName(item.fieldId)), named(isGiven(item.fieldId))]),
    ],
    from,
  };
}

const keysIn = (names: readonly string[], where?: Expression): Query => ({
  kind: "select",
  items: names.map(named),
  from: { kind: "table", name: EDITS },
  ...(where === undefined ? {} : { where }),
});

/** Rows of the snapshot that are edited, or have a key that an edited row is to have. */
function touchedRows(base: BaseRows, { proposer, named: columns }: Edits): Query {
  const ids = proposer.keys.map((item) => item.fieldId);
  const keys = ids.map(storedColumn);
  const masked = columns.filter((item) => item.mask !== undefined);
  // Without keys rows are only added, so that none of the snapshot is touched.
  const isAmong = (wanted: Query): Expression => (keys.length === 0 ? literal(false) : call("coalesce", inQuery(keys, wanted), literal(false)));
  const isEdited = isAmong(keysIn(ids.map((id) => `b${id}`)));
  const isTaken = isAmong(keysIn(ids.map(keyName), compare(column(OP), "<>", literal("delete"))));
  const { from, where } = scanSeen(base, [...base.columns.map((item) => item.fieldId), ...masked.flatMap((item) => fieldsOf(item.mask))]);
  return {
    kind: "select",
    items: [
      ...ids.map((id) => ({ expression: storedColumn(id), as: keyName(id) })),
      ...base.columns.filter((item) => !ids.includes(item.fieldId)).map(({ fieldId }) => ({ expression: storedColumn(fieldId), as: valueName(fieldId) })),
      ...masked.map((item) => ({ expression: shownText(item), as: shownName(item.fieldId) })),
      { expression: isEdited, as: "is_edited" },
    ],
    from,
    where: and(...(where === undefined ? [] : [where]), or(isEdited, isTaken)),
  };
}

/** The rows as they are to be: of an edited row all cells, those not named as they were. */
function rowsAfter(base: BaseRows, { proposer, named: columns }: Edits): Query {
  const ids = proposer.keys.map((item) => item.fieldId);
  const given = new Map(columns.map((item) => [item.fieldId, item]));
  const names = base.columns.filter((item) => !ids.includes(item.fieldId));
  const value = ({ fieldId, sqlType }: (typeof names)[number]): Expression => {
    const old = o(valueName(fieldId));
    const item = given.get(fieldId);
    if (item === undefined || item.mask !== undefined) return old;
    return caseWhen([{ when: n(isGiven(fieldId)), then: cast(valueOfText(n(textName(fieldId)), sqlType), sqlType) }], old);
  };
  const misfit = ({ fieldId, sqlType }: (typeof names)[number]): Expression => {
    const text = n(textName(fieldId));
    return sqlType.kind === "text" ? literal(false) : and(n(isGiven(fieldId)), not(isEmpty(text)), isNull(valueOfText(text, sqlType)));
  };
  const editable = names.filter((item) => given.has(item.fieldId) && given.get(item.fieldId)?.mask === undefined);
  const maskedItems = columns.filter((item) => item.mask !== undefined);
  const isOtherThanShown = ({ fieldId }: SeenColumn): Expression =>
    and(n(isGiven(fieldId)), compare(call("coalesce", n(textName(fieldId)), literal("")), "<>", call("coalesce", o(shownName(fieldId)), literal(""))));
  return {
    kind: "select",
    items: [
      { expression: n(PLACE), as: PLACE },
      ...ids.map((id) => ({ expression: n(keyName(id)), as: keyName(id) })),
      ...names.map((item) => ({ expression: value(item), as: valueName(item.fieldId) })),
      ...editable.map((item) => ({ expression: n(textName(item.fieldId)), as: textName(item.fieldId) })),
      ...editable.map((item) => ({ expression: misfit(item), as: misfitName(item.fieldId) })),
      ...maskedItems.map((item) => ({ expression: isOtherThanShown(item), as: shownName(item.fieldId) })),
    ],
    from: {
      kind: "join",
      join: "left",
      left: {
        kind: "alias",
        as: "n",
        relation: {
          kind: "query",
          query: {
            ...(keysIn(["*"]) as Extract<Query, { kind: "select" }>),
            items: editNames(ids, columns).map(named),
            where: compare(column(OP), "<>", literal("delete")),
          },
        },
      },
      right: { kind: "alias", as: "o", relation: { kind: "table", name: OLD } },
      on: ids.length === 0 ? literal(false) : and(...ids.map((id) => compare(n(`b${id}`), "=", o(keyName(id))))),
    },
  };
}

const editNames = (ids: readonly number[], columns: readonly SeenColumn[]): readonly string[] => [
  PLACE,
  OP,
  ...ids.flatMap((id) => [`b${id}`, keyName(id)]),
  ...columns.flatMap(({ fieldId }) => [textName(fieldId), isGiven(fieldId)]),
];

async function rowsOf(session: EngineSession, query: Query) {
  return (await session.run({ kind: "query", query })).rows;
}

const keyTexts = (ids: readonly number[], name: (id: number) => string = keyName) =>
  ids.map((id) => ({ expression: cast(column(name(id)), TEXT), as: `x${id}` }));
const quoted = (rows: readonly (readonly unknown[])[]): string =>
  rows
    .slice(0, MAX_EXAMPLES)
    .map((row) => row.map((value) => String(value ?? "")).join(" / "))
    .join(", ");

/** Throws for keys that are no values, that are named twice, that are not there, and for new keys that are taken. */
async function checkKeys(session: EngineSession, base: BaseRows, edits: Edits): Promise<void> {
  const { keys } = edits.proposer;
  if (keys.length === 0) return;
  const ids = keys.map((item) => item.fieldId);
  const columns = keys.map((item) => item.name).join(", ");
  const table: Relation = { kind: "table", name: EDITS };
  const isLacking = or(...ids.map((id) => isNull(column(keyName(id)))), and(not(isAdd), or(...ids.map((id) => isNull(column(`b${id}`))))));
  const lacking = await rowsOf(session, { kind: "select", items: [named(PLACE)], from: table, where: isLacking });
  if (lacking.length > 0)
    throw problem("change.keys_broken", { count: lacking.length, columns, examples: `edit ${lacking.slice(0, MAX_EXAMPLES).join(", ")}` });
  const twice = (names: readonly string[], where: Expression): Query => ({
    kind: "select",
    items: names.map((name, index) => ({ expression: cast(column(name), TEXT), as: `x${index}` })),
    from: table,
    where,
    groupBy: names.map((name) => column(name)),
    having: compare(call("count_rows"), ">", literal(1)),
  });
  const [before, after] = [ids.map((id) => `b${id}`), ids.map(keyName)];
  const isRow = compare(column(OP), "<>", literal("delete"));
  const taken: Query = {
    kind: "select",
    items: keyTexts(ids),
    from: { kind: "table", name: OLD },
    where: not(column("is_edited")),
  };
  const broken = [...(await rowsOf(session, twice(before, not(isAdd)))), ...(await rowsOf(session, twice(after, isRow))), ...(await rowsOf(session, taken))];
  if (broken.length > 0) throw problem("change.keys_broken", { count: broken.length, columns, examples: quoted(broken) });
  const old: Query = { kind: "select", items: ids.map((id) => named(keyName(id))), from: { kind: "table", name: OLD } };
  const isGone = not(
    call(
      "coalesce",
      inQuery(
        before.map((name) => column(name)),
        old,
      ),
      literal(false),
    ),
  );
  const gone = await rowsOf(session, { kind: "select", items: keyTexts(ids, (id) => `b${id}`), from: table, where: and(not(isAdd), isGone) });
  if (gone.length > 0) throw problem("change.rows_gone", { count: gone.length, examples: quoted(gone) });
  await requireSeen(session, base, ids);
}

async function requireSeen(session: EngineSession, base: BaseRows, ids: readonly number[]): Promise<void> {
  if (base.proposer.filter === undefined) return;
  const hidden: Query = { kind: "select", items: ids.map((id) => ({ expression: storedColumn(id), as: keyName(id) })), ...scanSeen(base, ids, "hidden") };
  const rows = await rowsOf(session, { kind: "intersect", queries: [keysIn(ids.map(keyName), compare(column(OP), "<>", literal("delete"))), hidden] });
  if (rows.length > 0) throw problem("change.hidden_rows", { count: rows.length });
}

async function checkCells(session: EngineSession, { proposer, named: columns }: Edits): Promise<void> {
  const keyIds = new Set(proposer.keys.map((item) => item.fieldId));
  const found: { readonly path: string; readonly message: string }[] = [];
  const masked: { readonly name: string; readonly count: number }[] = [];
  for (const item of columns.filter(({ fieldId }) => !keyIds.has(fieldId))) {
    const flag = item.mask === undefined ? misfitName(item.fieldId) : shownName(item.fieldId);
    const text = item.mask === undefined ? column(textName(item.fieldId)) : literal(null);
    const rows = await rowsOf(session, {
      kind: "select",
      items: [named(PLACE), { expression: call("left", cast(text, TEXT), literal(100)), as: "text" }],
      from: { kind: "table", name: NEW },
      where: column(flag),
      orderBy: [{ expression: column(PLACE), direction: "asc" }],
    });
    if (rows.length > 0 && item.mask !== undefined) masked.push({ name: item.name, count: rows.length });
    else for (const [place, value] of rows) found.push({ path: item.name, message: `edit ${Number(place)}: “${String(value)}” is no ${item.source.type}` });
  }
  if (masked.length > 0) {
    throw problem("change.masked_edited", { count: masked.reduce((sum, item) => sum + item.count, 0), columns: masked.map((item) => item.name).join(", ") });
  }
  const misfits: Misfits = { count: found.length, issues: found.slice(0, 100) };
  if (misfits.count > 0) throw valuesMismatch(misfits);
}

/** The rows before and after beside each other, judged: edits are meant as they are, so that nothing is a damage. */
function judgedEdits(base: BaseRows, { proposer, named: columns }: Edits): Query {
  const ids = proposer.keys.map((item) => item.fieldId);
  const names = base.columns.filter((item) => !ids.includes(item.fieldId));
  const first = keyName(ids[0] ?? 0);
  const [isAdded, isRemoved] = ids.length === 0 ? [literal(true), literal(false)] : [isNull(o(first)), isNull(n(first))];
  const isPair = and(not(isAdded), not(isRemoved));
  const edited = names.filter((item) => columns.some((other) => other.fieldId === item.fieldId && other.mask === undefined));
  const isOther = ({ fieldId, sqlType }: (typeof names)[number]): Expression =>
    and(isPair, differs(comparable(sqlType, o(valueName(fieldId))), comparable(sqlType, n(valueName(fieldId))), sqlType, proposer.rules.get(fieldId)));
  return {
    kind: "select",
    items: [
      { expression: isAdded, as: IS_ADDED },
      { expression: isRemoved, as: IS_REMOVED },
      { expression: n(PLACE), as: PLACE },
      ...ids.map((id) => ({ expression: call("coalesce", o(keyName(id)), n(keyName(id))), as: keyName(id) })),
      ...names.flatMap(({ fieldId }) => [
        { expression: o(valueName(fieldId)), as: valueName(fieldId) },
        { expression: n(valueName(fieldId)), as: freshName(fieldId) },
      ]),
      ...edited.flatMap((item) => [
        { expression: isOther(item), as: differsName(item.fieldId) },
        { expression: cast(literal(null), TEXT), as: damageName(item.fieldId) },
      ]),
    ],
    from: {
      kind: "join",
      join: "full",
      left: {
        kind: "alias",
        as: "o",
        relation: {
          kind: "query",
          query: editedOld(
            ids,
            names.map((item) => item.fieldId),
          ),
        },
      },
      right: { kind: "alias", as: "n", relation: { kind: "table", name: NEW } },
      on: ids.length === 0 ? literal(true) : and(...ids.map((id) => compare(o(keyName(id)), "=", n(keyName(id))))),
    },
  };
}

const editedOld = (ids: readonly number[], names: readonly number[]): Query => ({
  kind: "select",
  items: [...ids.map(keyName), ...names.map(valueName)].map(named),
  from: { kind: "table", name: OLD },
  where: column("is_edited"),
});

/** Compares edited rows with a snapshot as the proposer sees it. */
export async function proposeRows(parts: DiffParts, input: ProposeRowsInput): Promise<Proposal> {
  const { from, rows } = input;
  const proposer = proposerOf(input);
  const edits = editsOf(proposer, rows);
  return workOn(parts, input, proposer, async (session, base) => {
    await create(session, EDITS, typedEdits(edits, await writeEdits(session, edits)));
    await create(session, OLD, touchedRows(base, edits));
    await checkKeys(session, base, edits);
    await create(session, NEW, rowsAfter(base, edits));
    await checkCells(session, edits);
    await create(session, JUDGED, judgedEdits(base, edits));
    const keyIds = new Set(input.keys);
    const columns = base.columns.filter((item) => !keyIds.has(item.fieldId));
    const all = columns.map((source) => ({ source, fieldId: source.fieldId, name: source.name, mask: undefined, text: literal(null) }));
    const touched = new Set(edits.named.filter((item) => item.mask === undefined && !keyIds.has(item.fieldId)).map((item) => item.fieldId));
    const alignment = { keys: proposer.keys.map((item) => asCompared(item.source, true)), values: columns.map((item) => asCompared(item, true)) };
    const keys = proposer.keys.map((item) => ({ ...item, text: literal(null) }));
    const query = proposedChanges({ cells: { alignment, keys, edited: all, masked: [], columns }, touched, rules: proposer.rules });
    const stored = await storeProposal(session, { fileIo: parts.fileIo, from }, { input, alignment, queries: [query] });
    return toProposal(input, stored, { baseRows: await countSeen(session, base, from), proposedRows: rows.length });
  });
}
