import { createHash } from "node:crypto";
import {
  and,
  call,
  caseWhen,
  column,
  compare,
  type Engine,
  type Expression,
  inList,
  literal,
  not,
  or,
  type Query,
  replaceColumns,
  type Row,
  type RowSet,
  type SelectItem,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import type { FileIo } from "../file-io/index.ts";
import { storedColumn, storedName } from "../files/index.ts";
import { checkPlan, type PageColumn, typeOfResult } from "../scan/index.ts";
import type { LakeColumn } from "../table/index.ts";
import { STORED } from "./names.ts";
import type { Change, ChangeKind, ChangePage, ChangeSet, ChangesRequest } from "./types.ts";

const MAX_PAGE_ROWS = 10_000;
const POSITION = "position";
const [SHOWS_OLD, SHOWS_NEW] = ["shows_old", "shows_new"] as const;
const shownOld = (index: number): string => `shown_old_${index}`;
const shownNew = (index: number): string => `shown_new_${index}`;
const isChanged = (index: number): string => `is_changed_${index}`;

/** What an expression over the fields of a row means for the row before, or after. */
function ofSide(changeSet: ChangeSet, expression: Expression, side: "old" | "new"): Expression {
  const keys = new Set(changeSet.keys);
  const names = new Map(changeSet.columns.map(({ fieldId }) => [storedName(fieldId), keys.has(fieldId) ? STORED.key(fieldId) : STORED[side](fieldId)]));
  return replaceColumns(expression, (item) => column(names.get(item.name) ?? item.name));
}

/** Both sides of each change as the reader sees them: a row the filter hides is not there. */
function shownRows(changeSet: ChangeSet, request: ChangesRequest, path: string, after: number): Query {
  const { plan } = request;
  const shows = (has: string, side: "old" | "new"): Expression =>
    and(column(has), ...(plan.filter === undefined ? [] : [call("coalesce", ofSide(changeSet, plan.filter, side), literal(false))]));
  const [old, fresh] = [shows(STORED.hasOld, "old"), shows(STORED.hasNew, "new")];
  const cell = (isShown: Expression, value: Expression): Expression => caseWhen([{ when: isShown, then: value }], literal(null));
  const cells = plan.columns.flatMap((item, index): SelectItem[] => {
    const value = item.mask ?? storedColumn(item.fieldId);
    return [
      { expression: cell(old, ofSide(changeSet, value, "old")), as: shownOld(index) },
      { expression: cell(fresh, ofSide(changeSet, value, "new")), as: shownNew(index) },
    ];
  });
  const same = [POSITION, STORED.kind, STORED.copies, STORED.newPlace].map((name) => ({ expression: column(name), as: name }));
  return {
    kind: "select",
    items: [...same, { expression: old, as: SHOWS_OLD }, { expression: fresh, as: SHOWS_NEW }, ...cells],
    from: { kind: "parquetFiles", paths: [path], rowPositionAs: POSITION },
    where: compare(column(POSITION), ">", literal(after)),
  };
}

/** The kind a change has for a reader who may see one side of it only. */
function shownKind(): Expression {
  const isModified = compare(column(STORED.kind), "=", literal("modified"));
  return caseWhen(
    [
      { when: and(isModified, not(column(SHOWS_OLD))), then: literal("added") },
      { when: and(isModified, not(column(SHOWS_NEW))), then: literal("removed") },
    ],
    column(STORED.kind),
  );
}

function shownChanges(changeSet: ChangeSet, request: ChangesRequest, path: string, after: number): Query {
  const dropped = new Set(changeSet.dropped);
  const planned = request.plan.columns;
  const isBoth = and(compare(column(STORED.kind), "=", literal("modified")), column(SHOWS_OLD), column(SHOWS_NEW));
  const flags = planned.map((item, index): SelectItem => {
    const differs = compare(column(shownOld(index)), "is distinct from", column(shownNew(index)));
    return { expression: dropped.has(item.fieldId) ? literal(false) : and(isBoth, differs), as: isChanged(index) };
  });
  const names = [POSITION, STORED.copies, STORED.newPlace, SHOWS_OLD, SHOWS_NEW, ...planned.flatMap((_, index) => [shownOld(index), shownNew(index)])];
  return {
    kind: "select",
    items: [...names.map((name) => ({ expression: column(name), as: name })), { expression: shownKind(), as: STORED.kind }, ...flags],
    from: { kind: "query", query: shownRows(changeSet, request, path, after) },
    where: or(column(SHOWS_OLD), column(SHOWS_NEW)),
  };
}

function wanted(changeSet: ChangeSet, request: ChangesRequest): Expression {
  const planned = request.plan.columns;
  const flags = planned.map((_, index) => column(isChanged(index)));
  // A row that only changed where the reader may not look did not change for this reader.
  const conditions = [or(compare(column(STORED.kind), "<>", literal("modified")), ...flags)];
  if (request.kinds !== undefined) conditions.push(inList(column(STORED.kind), request.kinds.map(literal)));
  if (request.changedColumn !== undefined) {
    const { changedColumn } = request;
    conditions.push(or(...planned.flatMap((item, index) => (item.fieldId === changedColumn ? [column(isChanged(index))] : []))));
  }
  return and(...conditions);
}

function pageQuery(changeSet: ChangeSet, request: ChangesRequest, path: string, after: number): Query {
  const planned = request.plan.columns;
  const cells = [shownOld, shownNew, isChanged].flatMap((name) => planned.map((_, index) => name(index)));
  const names = [POSITION, STORED.kind, STORED.copies, STORED.newPlace, SHOWS_OLD, SHOWS_NEW, ...cells];
  return {
    kind: "select",
    items: names.map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query: shownChanges(changeSet, request, path, after) },
    where: wanted(changeSet, request),
    orderBy: [{ expression: column(POSITION), direction: "asc" }],
    limit: request.limit + 1,
  };
}

function toChange(row: Row, width: number): Change {
  const [, kind, copies, newPlace, showsOld, showsNew, ...cells] = row;
  return {
    kind: kind as ChangeKind,
    copies: Number(copies),
    old: showsOld === true ? cells.slice(0, width) : null,
    new: showsNew === true ? cells.slice(width, 2 * width) : null,
    changed: cells.slice(2 * width).map((flag) => flag === true),
    damage: cells.slice(2 * width).map(() => null),
    isFormatOnly: false,
    newPlace: newPlace === null || newPlace === undefined ? null : Number(newPlace),
  };
}

const tagOf = (changeSet: ChangeSet): string => (changeSet.file?.sha256 ?? createHash("sha256").digest("hex")).slice(0, 16);

function decodeCursor(text: string | undefined, changeSet: ChangeSet): number {
  if (text === undefined) return -1;
  const [, tag, position] = /^([0-9a-f]{16})\.(\d{1,15})$/.exec(Buffer.from(text, "base64url").toString("latin1")) ?? [];
  if (tag !== tagOf(changeSet)) throw problem("lake.cursor_invalid");
  return Number(position);
}

const encodeCursor = (changeSet: ChangeSet, position: number): string => Buffer.from(`${tagOf(changeSet)}.${position}`).toString("base64url");

function columnsOf(sources: readonly LakeColumn[], request: ChangesRequest, result: RowSet | undefined): readonly PageColumn[] {
  const FIRST_CELL = 6;
  return request.plan.columns.map((item, index) => {
    const isMasked = item.mask !== undefined;
    const type = isMasked ? typeOfResult(result?.columns[FIRST_CELL + index]?.type ?? "") : (sources[index]?.type ?? "string");
    return { name: item.name, fieldId: item.fieldId, type, isMasked };
  });
}

/**
 * A page of a change set in the order of its keys, as the plan shows it: exactly what a comparison of the two states
 * as the reader sees them would answer. Masks apply to both sides; a row that only one side shows is added or removed;
 * a row that changed in hidden columns alone is not there.
 */
export async function readChanges(
  parts: { readonly engine: Engine; readonly fileIo: FileIo },
  changeSet: ChangeSet,
  request: ChangesRequest,
): Promise<ChangePage> {
  if (!Number.isInteger(request.limit) || request.limit < 1 || request.limit > MAX_PAGE_ROWS) {
    throw problem("lake.plan_invalid", { reason: `a page holds 1 to ${MAX_PAGE_ROWS} rows` });
  }
  const { sources } = checkPlan(changeSet, request.plan);
  const { file } = changeSet;
  if (file === null) return { columns: columnsOf(sources, request, undefined), changes: [], next: null };
  const after = decodeCursor(request.after, changeSet);
  await using local = await parts.fileIo.open(file);
  const work = { kind: "read", ...(request.signal === undefined ? {} : { signal: request.signal }) } as const;
  const found = await parts.engine.use(work, (session) => session.run({ kind: "query", query: pageQuery(changeSet, request, local.path, after) }));
  const rows = found.rows.slice(0, request.limit);
  const last = rows.at(-1);
  return {
    columns: columnsOf(sources, request, found),
    changes: rows.map((row) => toChange(row, request.plan.columns.length)),
    next: found.rows.length > rows.length && last !== undefined ? encodeCursor(changeSet, Number(last[0])) : null,
  };
}
