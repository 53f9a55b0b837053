import { createHash } from "node:crypto";
import { column, type Engine, type Query, type Row, type RowSet } from "@granary/engine";
import { type FormatDamage, problem } from "@granary/protocol";
import type { FileIo } from "../file-io/index.ts";
import { checkPlan, type PageColumn, typeOfResult } from "../scan/index.ts";
import type { LakeColumn } from "../table/index.ts";
import { STORED } from "./names.ts";
import { cellNames, FORMAT_ONLY, POSITION, SHOWS_NEW, SHOWS_OLD, shownChanges, wantedChanges } from "./shown-changes.ts";
import type { Change, ChangeKind, ChangePage, ChangeSet, ChangesRequest } from "./types.ts";

const MAX_PAGE_ROWS = 10_000;
const LEADING = [POSITION, STORED.kind, STORED.copies, STORED.newPlace, SHOWS_OLD, SHOWS_NEW, FORMAT_ONLY] as const;

function pageQuery(changeSet: ChangeSet, request: ChangesRequest, path: string, after: number): Query {
  return {
    kind: "select",
    items: [...LEADING, ...cellNames(request.plan)].map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query: shownChanges(changeSet, request.plan, path, after) },
    where: wantedChanges(request),
    orderBy: [{ expression: column(POSITION), direction: "asc" }],
    limit: request.limit + 1,
  };
}

function toChange(row: Row, width: number): Change {
  const [, kind, copies, newPlace, showsOld, showsNew, isFormatOnly] = row;
  const cells = row.slice(LEADING.length);
  return {
    kind: kind as ChangeKind,
    copies: Number(copies),
    old: showsOld === true ? cells.slice(0, width) : null,
    new: showsNew === true ? cells.slice(width, 2 * width) : null,
    changed: cells.slice(2 * width, 3 * width).map((flag) => flag === true),
    damage: cells.slice(3 * width) as readonly (FormatDamage | null)[],
    isFormatOnly: isFormatOnly === true,
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
  return request.plan.columns.map((item, index) => {
    const isMasked = item.mask !== undefined;
    const type = isMasked ? typeOfResult(result?.columns[LEADING.length + index]?.type ?? "") : (sources[index]?.type ?? "string");
    return { name: item.name, fieldId: item.fieldId, type, isMasked };
  });
}

/**
 * A page of a change set in the order of its keys, as the plan shows it: what a comparison of the two states as the reader
 * sees them would answer. Masks apply to both sides; a row that only one side shows is added or removed; a row that
 * changed in hidden columns alone is not there.
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
