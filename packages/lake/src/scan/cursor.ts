import { createHash } from "node:crypto";
import { problem } from "@granary/protocol";
import { liveFiles } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import type { RowOrder } from "./row-choice.ts";

/**
 * A row of a snapshot by its place. Holds no value of the row, so that it may stand in addresses and logs; a page behind
 * it in another order than the stored one looks the row's values up.
 */
export interface Place {
  /** Of the file. */
  readonly ordinal: number;
  readonly position: number;
}

const FORMAT = /^(\d{1,19})\.(\d{1,9})\.(\d{1,15})\.([0-9a-f]{8})$/;

/** Distinguishes orders, so that a cursor is not used with another one than it was made for. */
const orderKey = (orderBy: readonly RowOrder[]): string =>
  createHash("sha256")
    .update(JSON.stringify(orderBy.map(({ column, direction, nulls = "last" }) => [column, direction, nulls])))
    .digest("hex")
    .slice(0, 8);

export function encodeCursor(table: OpenTable, orderBy: readonly RowOrder[], place: Place): string {
  return Buffer.from(`${table.snapshotId ?? ""}.${place.ordinal}.${place.position}.${orderKey(orderBy)}`).toString("base64url");
}

/** Throws `lake.cursor_invalid` unless the cursor was made for this snapshot and order. */
export function decodeCursor(text: string, table: OpenTable, orderBy: readonly RowOrder[]): Place {
  const [, snapshotId, ordinal, position, order] = FORMAT.exec(Buffer.from(text, "base64url").toString("latin1")) ?? [];
  if (snapshotId === undefined || snapshotId !== table.snapshotId || order !== orderKey(orderBy)) throw problem("lake.cursor_invalid");
  if (Number(ordinal) >= liveFiles(table).data.length) throw problem("lake.cursor_invalid");
  return { ordinal: Number(ordinal), position: Number(position) };
}
