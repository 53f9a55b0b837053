import type { RowFilter } from "@granary/protocol";
import { isAppError } from "@granary/kernel";
import type { Ctx } from "../../context/index.ts";
import type { Readable, ReadableColumn } from "../reading/open-version.ts";
import { presentRow } from "../reading/present-cells.ts";
import type { OpenForReading } from "../reading/read-data.ts";
import { toCondition } from "../reading/to-condition.ts";

/** A cell by the field id of its column. */
export interface HistoryCell {
  readonly fieldId: number;
  readonly column: string;
  readonly text: string | null;
}

/** A row as it was in one version; null when it was not there, undefined when the version is not kept any more. */
export type RowState = readonly HistoryCell[] | null | undefined;

export type Key = readonly string[];

interface Known {
  readonly source: string;
  readonly columns: string;
  readonly state: RowState;
}

const idOf = (item: ReadableColumn): number => item.stored.fieldId;

/** Reads one row in version after version, and only where it may differ from the version before. */
export class RowStates {
  readonly #ctx: Ctx;
  readonly #open: OpenForReading;
  readonly #newest: Readable;
  readonly #key: Key;
  /** Field ids of the key columns: they identify the row in versions that called them otherwise, too. */
  readonly #keyFields: readonly number[];
  #last: Known | undefined;

  constructor(ctx: Ctx, open: OpenForReading, newest: Readable, key: Key) {
    this.#ctx = ctx;
    this.#open = open;
    this.#newest = newest;
    this.#key = key;
    this.#keyFields = newest.keys.flatMap((name) => newest.columns.filter((item) => item.name === name).map(idOf));
  }

  /** The row in a version of the dataset. */
  async at(version: number): Promise<RowState> {
    const { dataset, version: newest } = this.#newest;
    try {
      return await this.#read(version === newest.number ? this.#newest : await this.#open(dataset.id, String(version)));
    } catch (error) {
      if (isAppError(error, "lake.snapshot_not_found")) return undefined;
      throw error;
    }
  }

  async #read({ columns, plan, table }: Readable): Promise<RowState> {
    const keys = this.#keyFields.flatMap((fieldId) => columns.find((item) => idOf(item) === fieldId && !item.isMasked) ?? []);
    // A version from before its key columns has no such row.
    if (keys.length < this.#keyFields.length) return null;
    const wanted: RowFilter = { and: keys.map(({ name }, index) => ({ column: name, op: "eq", value: this.#key[index] ?? "" })) };
    const choice = { plan, filter: toCondition(wanted, columns, "query.key"), columns: columns.map((item) => item.name) };
    const { lake } = this.#ctx.services;
    const known = { source: lake.rowSource(table, choice), columns: JSON.stringify(columns.map((item) => [idOf(item), item.name, item.stored.storedType])) };
    if (this.#last?.source === known.source && this.#last.columns === known.columns) return this.#last.state;
    const { rows } = await lake.rows(table, { ...choice, limit: 1, signal: this.#ctx.signal });
    const texts = rows[0] === undefined ? undefined : presentRow(rows[0]);
    const state = texts === undefined ? null : columns.map((item, index) => ({ fieldId: idOf(item), column: item.name, text: texts[index] ?? null }));
    this.#last = { ...known, state };
    return state;
  }
}
