import { BATCH_COLUMN, type ChangeSet, type IcebergField, type MergeInput, type OpenTable, type StagedMerge, type StageMergeInput } from "@granary/lake";
import type { TestLake } from "./lake.ts";
import { type Cell, rowsFor, schemaOf, storedTexts } from "./rows.ts";

export type Row = readonly Cell[];

let counter = 0;

/** What tests of merges do with tables: small ones, whose rows are written down. */
export class MergeBed {
  readonly bed: TestLake;
  readonly fields: readonly IcebergField[];
  readonly keys: readonly number[];
  readonly tableName: string;

  constructor(bed: TestLake, fields: readonly IcebergField[], keys: readonly number[]) {
    counter += 1;
    this.bed = bed;
    this.fields = fields;
    this.keys = keys;
    this.tableName = `merged_${counter}`;
  }

  get names(): readonly string[] {
    return this.fields.map((field) => field.name);
  }

  async create(rows: readonly Row[], batch?: string): Promise<OpenTable> {
    const { bed, tableName, fields, keys } = this;
    const schema = schemaOf(fields, keys);
    const source = rowsFor(
      schema,
      this.names.filter((name) => name !== BATCH_COLUMN),
      rows,
    );
    const staged = await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName, schema, source, ...(batch === undefined ? {} : { batch }) });
    await bed.publish(staged);
    return bed.open(tableName);
  }

  /** Other rows in place of all. */
  async write(table: OpenTable, rows: readonly Row[]): Promise<OpenTable> {
    const source = rowsFor(table.schema, this.names, rows);
    await this.bed.publish(await this.bed.lake.stageOverwrite({ table, source }));
    return this.bed.open(this.tableName);
  }

  /** A change set that makes these rows of the snapshot's. */
  async propose(
    from: OpenTable,
    rows: readonly Row[],
    options: { readonly names?: readonly string[]; readonly missing?: "kept" | "removed" } = {},
  ): Promise<ChangeSet> {
    const names = options.names ?? this.names;
    const columns = names.map((name) => {
      const found = from.columns.find((column) => column.name === name);
      if (found === undefined) throw new Error(`no column ${name}`);
      return found;
    });
    const { query } = rowsFor(from.schema, names, rows);
    const { changeSet } = await this.bed.lake.diff({ from, to: { query, columns, missing: options.missing ?? "removed" }, keys: this.keys });
    return changeSet;
  }

  async publish(staged: StagedMerge): Promise<OpenTable> {
    await this.bed.publish(staged);
    return this.bed.open(this.tableName);
  }

  async merge(changeSet: ChangeSet, onto: OpenTable, input: Partial<StageMergeInput> = {}): Promise<OpenTable> {
    return this.publish(await this.bed.lake.stageMerge({ changeSet, onto, strictness: "cell", rules: {}, ...input }));
  }

  preflight(changeSet: ChangeSet, onto: OpenTable, input: Partial<MergeInput> = {}) {
    return this.bed.lake.preflight({ changeSet, onto, strictness: "cell", ...input });
  }

  /** All rows, sorted, as the engine spells their values. */
  async rows(table: OpenTable, names = this.names): Promise<readonly (readonly unknown[])[]> {
    const rows = await storedTexts(this.bed, table, names);
    return rows.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  }
}

export const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code ?? String(error),
  );
