import { open, rm } from "node:fs/promises";
import type { Row, SandboxResult } from "@granary/engine";
import { isHuge, MAX_DIGITS, type ResultColumn, resultColumns } from "./result-columns.ts";

/** A result that lies on disk. */
export interface KeptResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: number;
  readonly bytes: number;
  readonly cut: "rows" | "bytes" | undefined;
}

const digitsOf = (value: Row[number] | undefined): number => (value === null || value === undefined ? 0 : String(value).replace("-", "").length);

const lineOf = (row: Row): string => `${JSON.stringify(Object.fromEntries(row.map((value, index) => [`c${index}`, value])))}\n`;

/** Writes a result as it comes: an object per line, so that a page can begin at any of them. Removes the file when it fails. */
export async function spoolResult(path: string, result: SandboxResult, onRows?: (rows: number) => void): Promise<KeptResult> {
  const columns = resultColumns(result.columns);
  const huge = columns.flatMap(({ storedType }, index) => (isHuge(storedType) ? [index] : []));
  const wide = new Set<number>();
  const counted = { rows: 0, bytes: 0 };
  try {
    await using file = await open(path, "w", 0o600);
    for await (const rows of result.batches) {
      for (const index of huge) if (rows.some((row) => digitsOf(row[index]) > MAX_DIGITS)) wide.add(index);
      const text = rows.map(lineOf).join("");
      await file.appendFile(text);
      counted.rows += rows.length;
      counted.bytes += Buffer.byteLength(text);
      onRows?.(counted.rows);
    }
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { columns: columns.map((item, index) => (wide.has(index) ? { ...item, isWide: true } : item)), ...counted, cut: result.truncated };
}
