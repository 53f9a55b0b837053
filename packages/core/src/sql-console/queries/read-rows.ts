import { decodeCursor, encodeCursor, problem, type SqlRowsPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { type CellTexts, presentRow } from "../../datasets/index.ts";
import { presentColumns } from "../present.ts";
import { type KeptRow, openResult, readResult } from "../results/read-result.ts";
import { withResult } from "./require-result.ts";

interface RowsQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  /** Exact cells, however long. */
  readonly full: boolean;
}

/** Longer cells are shortened in pages unless the exact ones are asked for. */
const PREVIEW_CHARACTERS = 500;
/** A page ends early behind so much, so that wide rows do not make it huge. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

function placeOf(cursor: string | undefined): number {
  const [place = 0] = decodeCursor(cursor, 1) ?? [];
  if (typeof place === "number" && Number.isSafeInteger(place) && place >= 0) return place;
  throw notOfThisResult();
}

const notOfThisResult = (cause?: unknown): Error =>
  problem("request.invalid", {}, { cause, issues: [{ path: "query.cursor", message: "is not a cursor of this result; start again without one" }] });

function shorten(rows: readonly CellTexts[]): Pick<SqlRowsPage, "rows" | "cut"> {
  const cut: [number, number][] = [];
  const shorter = rows.map((row, rowIndex) =>
    row.map((cell, column) => {
      if (cell === null || cell.length <= PREVIEW_CHARACTERS) return cell;
      const characters = [...cell];
      if (characters.length <= PREVIEW_CHARACTERS) return cell;
      cut.push([rowIndex, column]);
      return characters.slice(0, PREVIEW_CHARACTERS).join("");
    }),
  );
  return { rows: shorter, cut };
}

async function takePage(dataDir: string, id: string, from: number, limit: number): Promise<readonly KeptRow[]> {
  await using file = await openResult(dataDir, id);
  const taken: KeptRow[] = [];
  try {
    for await (const batch of readResult(file, from)) {
      for (const item of batch) {
        const isFull = taken.length === limit || (taken.length > 0 && item.end - from > MAX_PAGE_BYTES);
        if (isFull) return taken;
        taken.push(item);
      }
    }
    return taken;
  } catch (error) {
    throw error instanceof SyntaxError ? notOfThisResult(error) : error;
  }
}

/** A page of the rows that were kept of the caller's query. */
export function readRows(ctx: Ctx, id: string, { cursor, limit, full }: RowsQuery): Promise<SqlRowsPage> {
  return withResult(ctx, id, async ({ columns, bytes }) => {
    const taken = await takePage(ctx.services.config.dataDir, id, placeOf(cursor), limit);
    const rows = taken.map(({ row }) => presentRow(row));
    const end = taken.at(-1)?.end;
    const answer = {
      columns: presentColumns(columns),
      ...(full ? { rows, cut: [] } : shorten(rows)),
      next: end === undefined || end >= (bytes ?? 0) ? null : encodeCursor([end]),
    };
    return { answer, rows: rows.length };
  });
}
