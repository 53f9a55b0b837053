import { and, caseWhen, column, compare, type Expression, literal, or, type Query, type Row, type SelectItem } from "@granary/engine";
import { problem } from "@granary/protocol";
import { STORED } from "../diff/index.ts";
import { storedColumn } from "../files/index.ts";
import { checkPlan, type PageColumn, typeOfResult } from "../scan/index.ts";
import { onSide, type Side, shows } from "./as-shown.ts";
import { CONFLICT, isKind, ROW } from "./names.ts";
import type { MergeParts } from "./session-work.ts";
import type { ConflictCell, ConflictKind, ConflictPage, ConflictRow, ConflictRowsRequest, ConflictSet } from "./types.ts";

const MAX_PAGE_ROWS = 10_000;
const SIDES = ["old", "new", "theirs"] as const satisfies readonly Side[];
const showsName = (side: Side): string => `shows_${side}`;
const cellName = (side: Side, index: number): string => `${side}_cell_${index}`;
const keyName = (index: number): string => `key_cell_${index}`;
const openName = (index: number): string => `is_open_${index}`;
const mineName = (index: number): string => `is_mine_${index}`;

const item = (expression: Expression, as: string): SelectItem => ({ expression, as });

/** All sides of the conflicts behind a place, as the plan shows them. */
function shownSides(conflictSet: ConflictSet, { plan }: ConflictRowsRequest, path: string, after: number): Query {
  const rows = { changeSet: conflictSet };
  const keys = new Set(conflictSet.keys);
  const cells = plan.columns.flatMap(({ fieldId, mask }, index): readonly SelectItem[] => {
    const value = mask ?? storedColumn(fieldId);
    const on = (side: Side) => ({ when: shows(rows, plan, side), then: onSide(rows, value, side) });
    if (keys.has(fieldId)) return [item(caseWhen(SIDES.map(on), literal(null)), keyName(index))];
    const isMine = or(column(STORED.changed(fieldId)), isKind(undefined, "added_twice"));
    return [
      ...SIDES.map((side) => item(caseWhen([on(side)], literal(null)), cellName(side, index))),
      item(column(CONFLICT.shown(fieldId)), openName(index)),
      item(isMine, mineName(index)),
    ];
  });
  return {
    kind: "select",
    items: [...[ROW, STORED.kind].map((name) => item(column(name), name)), ...SIDES.map((side) => item(shows(rows, plan, side), showsName(side))), ...cells],
    from: { kind: "parquetFiles", paths: [path], rowPositionAs: ROW },
    where: compare(column(ROW), ">", literal(after)),
  };
}

/** An open cell whose sides do not all look the same to the reader. */
function isDiffering(index: number): Expression {
  const theirs = column(cellName("theirs", index));
  const differs = (side: Side): Expression => compare(column(cellName(side, index)), "is distinct from", theirs);
  return and(column(openName(index)), or(differs("new"), differs("old")));
}

function pageQuery(conflictSet: ConflictSet, request: ConflictRowsRequest, path: string, after: number): Query {
  const keys = new Set(conflictSet.keys);
  const { columns } = request.plan;
  const cells = columns.flatMap(({ fieldId }, index): readonly SelectItem[] => {
    if (keys.has(fieldId)) return [item(column(keyName(index)), keyName(index))];
    const names = [...SIDES.map((side) => cellName(side, index)), mineName(index)];
    return [...names.map((name) => item(column(name), name)), item(isDiffering(index), openName(index))];
  });
  const open = columns.flatMap(({ fieldId }, index) => (keys.has(fieldId) ? [] : [isDiffering(index)]));
  return {
    kind: "select",
    items: [item(column(ROW), ROW), item(column(STORED.kind), STORED.kind), ...cells],
    from: { kind: "query", query: shownSides(conflictSet, request, path, after) },
    // A row of which both sides edited hidden columns alone is no conflict for this reader.
    where: and(or(...SIDES.map((side) => column(showsName(side)))), or({ kind: "not", operand: isKind(undefined, "cells") }, ...open)),
    orderBy: [{ expression: column(ROW), direction: "asc" }],
    limit: request.limit + 1,
  };
}

/** How the values of a page are found in its rows, by name. */
type ReadCell = (row: Row, name: string) => unknown;

function toRow(conflictSet: ConflictSet, { plan }: ConflictRowsRequest, row: Row, read: ReadCell): ConflictRow {
  const keyAt = conflictSet.keys.map((id) => plan.columns.findIndex((planned) => planned.fieldId === id));
  const keys = new Set(conflictSet.keys);
  const cells = plan.columns.flatMap(({ fieldId }, index): readonly ConflictCell[] => {
    if (keys.has(fieldId) || read(row, openName(index)) !== true) return [];
    const [base, mine, theirs] = SIDES.map((side) => read(row, cellName(side, index)));
    return [{ fieldId, base, mine, theirs, isMine: read(row, mineName(index)) === true }];
  });
  const hasKey = keyAt.length > 0 && !keyAt.includes(-1);
  return { key: hasKey ? keyAt.map((index) => read(row, keyName(index))) : null, kind: read(row, STORED.kind) as ConflictKind, cells };
}

const tagOf = ({ file }: ConflictSet): string => (file?.sha256 ?? "0".repeat(16)).slice(0, 16);

function decodeCursor(text: string | undefined, conflictSet: ConflictSet): number {
  if (text === undefined) return -1;
  const [, tag, position] = /^([0-9a-f]{16})!(\d{1,15})$/.exec(Buffer.from(text, "base64url").toString("latin1")) ?? [];
  if (tag !== tagOf(conflictSet)) throw problem("lake.cursor_invalid");
  return Number(position);
}

const encodeCursor = (conflictSet: ConflictSet, position: number): string => Buffer.from(`${tagOf(conflictSet)}!${position}`).toString("base64url");

/**
 * A page of stored conflicts as the plan shows them: masks apply to all three sides, a side whose row the filter hides is not
 * there, and cells that look the same on both sides are left out.
 */
export async function conflictRows(
  parts: Pick<MergeParts, "engine" | "fileIo">,
  conflictSet: ConflictSet,
  request: ConflictRowsRequest,
): Promise<ConflictPage> {
  const { plan, limit, signal } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_ROWS) throw problem("lake.plan_invalid", { reason: `a page holds 1 to ${MAX_PAGE_ROWS} rows` });
  const { sources } = checkPlan(conflictSet, plan);
  const { file, keys } = conflictSet;
  const columns = (typeAt: (name: string) => string): readonly PageColumn[] =>
    plan.columns.map(({ name, fieldId, mask }, index) => {
      const type =
        mask === undefined ? (sources[index]?.type ?? "string") : typeOfResult(typeAt(keys.includes(fieldId) ? keyName(index) : cellName("old", index)));
      return { name, fieldId, type, isMasked: mask !== undefined };
    });
  if (file === null) return { columns: columns(() => ""), rows: [], next: null };
  const after = decodeCursor(request.after, conflictSet);
  await using local = await parts.fileIo.open(file);
  const work = { kind: "read", ...(signal === undefined ? {} : { signal }) } as const;
  const found = await parts.engine.use(work, (session) => session.run({ kind: "query", query: pageQuery(conflictSet, request, local.path, after) }));
  const places = new Map(found.columns.map(({ name }, index) => [name, index]));
  const read: ReadCell = (row, name) => row[places.get(name) ?? -1];
  const rows = found.rows.slice(0, limit);
  const last = rows.at(-1);
  return {
    columns: columns((name) => found.columns[places.get(name) ?? -1]?.type ?? ""),
    rows: rows.map((row) => toRow(conflictSet, request, row, read)),
    next: found.rows.length > limit && last !== undefined ? encodeCursor(conflictSet, Number(read(last, ROW))) : null,
  };
}
