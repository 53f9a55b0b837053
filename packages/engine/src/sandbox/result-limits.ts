import { Fault } from "../fault.ts";
import type { JsonValue, ResultColumn, Row } from "../process/messages.ts";

interface ResultLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly maxCellBytes: number;
}

const KIB = 1024;

function sizeOf(value: JsonValue): number {
  if (typeof value === "string") return Buffer.byteLength(value) + 2;
  return typeof value === "object" && value !== null ? Buffer.byteLength(JSON.stringify(value)) : 8;
}

/** Counts what a result has sent and cuts it where it becomes too much. */
export class ResultMeter {
  readonly #columns: readonly ResultColumn[];
  readonly #limits: ResultLimits;
  #rows = 0;
  #bytes = 0;
  truncated: "rows" | "bytes" | undefined;

  constructor(columns: readonly ResultColumn[], limits: ResultLimits) {
    this.#columns = columns;
    this.#limits = limits;
  }

  /** The rows that may still be sent. Throws `sql.cell_too_large` for a value nobody could show. */
  take(rows: readonly Row[]): readonly Row[] {
    for (const [index, row] of rows.entries()) {
      if (this.#rows >= this.#limits.maxRows) return this.#cut(rows, index, "rows");
      const size = this.#sizeOfRow(row);
      if (this.#bytes + size > this.#limits.maxBytes) return this.#cut(rows, index, "bytes");
      this.#rows += 1;
      this.#bytes += size;
    }
    return rows;
  }

  #sizeOfRow(row: Row): number {
    let size = 2;
    for (const [index, value] of row.entries()) {
      const cell = sizeOf(value);
      if (cell > this.#limits.maxCellBytes) {
        throw new Fault("sql.cell_too_large", { name: this.#columns[index]?.name ?? "", limit: `${Math.floor(this.#limits.maxCellBytes / KIB)} KiB` });
      }
      size += cell;
    }
    return size;
  }

  #cut(rows: readonly Row[], at: number, reason: "rows" | "bytes"): readonly Row[] {
    this.truncated = reason;
    return rows.slice(0, at);
  }
}
