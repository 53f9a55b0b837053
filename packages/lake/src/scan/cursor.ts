import { problem } from "@granary/protocol";
import type { OpenTable } from "../table/index.ts";

/** A place between two rows of a snapshot: behind row `position` of the file numbered `ordinal`, or at that file's front. */
export interface Cursor {
  readonly snapshotId: string;
  readonly ordinal: number;
  readonly position: number | undefined;
}

const FORMAT = /^(\d{1,19})\.(\d{1,9})\.(\d{1,15})$/;

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.snapshotId}.${cursor.ordinal}.${cursor.position ?? 0}`).toString("base64url");
}

/** Throws `lake.cursor_invalid` unless the cursor was made for this snapshot. */
export function decodeCursor(text: string, table: OpenTable): Cursor {
  const [, snapshotId, ordinal, position] = FORMAT.exec(Buffer.from(text, "base64url").toString("latin1")) ?? [];
  if (snapshotId === undefined || snapshotId !== table.snapshotId || Number(ordinal) >= table.files.length) throw problem("lake.cursor_invalid");
  return { snapshotId, ordinal: Number(ordinal), position: Number(position) };
}
