import assert from "node:assert/strict";
import { type Expression, literal, type Query, type SelectItem } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { BATCH_COLUMN, type IcebergField, type IcebergSchema, type Source, type TableDefinition, type UpsertMode } from "@granary/lake";
import type { SchemaChange } from "../src/schema/index.ts";
import type { TestLake } from "./lake.ts";
import { type ModelUpsert, ModelTable, randomCondition } from "./model-table.ts";
import { isNumeric, KEY_TYPES, type ModelRow, randomType, randomValue, spell, spellRow, type Value, WIDER } from "./model-values.ts";
import type { Random } from "./random.ts";
import { field, rowsFor, schemaOf } from "./rows.ts";

const BATCHES = ["one", "two", "three"];
const NAMES = ["c0", "c1", "c2", "c3", "with blank", 'q"uote', "ünï"];
const MODES: readonly UpsertMode[] = ["upsert", "upsert", "upsert", "insert-only", "update-only", "delete"];
/** Changes that are refused for good reasons: keys, the last column, columns the rows are laid out by. */
const REFUSED = new Set(["lake.schema_change_invalid", "lake.layout_invalid"]);

/** How rows are taken out of files: by what the table's owner says, or as is cheaper. */
export const WRITE_MODES = {
  "merge-on-read": { "write.merge.mode": "merge-on-read", "write.delete.mode": "merge-on-read" },
  "copy-on-write": { "write.merge.mode": "copy-on-write", "write.delete.mode": "copy-on-write" },
  automatic: {},
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface HistoryOptions {
  readonly tableName: string;
  readonly steps: number;
  readonly mode: keyof typeof WRITE_MODES;
  readonly maxRows: number;
}

const half = <T>(random: Random, items: readonly T[]): readonly T[] => items.filter(() => random.chance(0.5));

function randomSchema(random: Random): IcebergSchema {
  const keys = Array.from({ length: 1 + random.below(2) }, (_, index) => field(index + 1, `k${index}`, random.pick(KEY_TYPES), random.chance(0.5)));
  const others = Array.from({ length: 2 + random.below(4) }, (_, index) => field(index + 11, NAMES[index] ?? "", randomType(random, 100 + index * 10)));
  return schemaOf(
    [...keys, ...others, field(20, BATCH_COLUMN, "string")],
    keys.map((key) => key.id),
  );
}

/** A transform that suits some column, or none. */
function randomPartition(random: Random, fields: readonly IcebergField[]): NonNullable<TableDefinition["partition"]> {
  const source = random.pick(fields.filter((item) => typeof item.type === "string" && !/^(float|double|boolean)$/.test(item.type)));
  const transforms = ["identity", "bucket[3]"];
  if (isNumeric(source.type) || source.type === "string") transforms.push("truncate[2]", "truncate[10]");
  if (source.type === "date" || source.type === "timestamp") transforms.push("day", "month", "year");
  return [{ "source-id": source.id, transform: random.pick(transforms) }];
}

function randomSort(random: Random, fields: readonly IcebergField[]): NonNullable<TableDefinition["sortOrder"]> {
  const source = random.pick(fields.filter((item) => typeof item.type === "string"));
  return [{ "source-id": source.id, direction: random.pick(["asc", "desc"]) }];
}

function definitionOf(random: Random, schema: IcebergSchema, mode: HistoryOptions["mode"]): TableDefinition {
  const fields = schema.fields.filter((item) => item.name !== BATCH_COLUMN);
  return {
    properties: WRITE_MODES[mode],
    ...(random.chance(0.6) ? { partition: randomPartition(random, fields) } : {}),
    ...(random.chance(0.4) ? { sortOrder: randomSort(random, fields) } : {}),
  };
}

/** A table with a life of random changes, each told to a model as well. */
class History {
  readonly #bed: TestLake;
  readonly #random: Random;
  readonly #model: ModelTable;
  readonly #maxRows: number;

  constructor(bed: TestLake, random: Random, model: ModelTable, maxRows: number) {
    this.#bed = bed;
    this.#random = random;
    this.#model = model;
    this.#maxRows = maxRows;
  }

  /** Carries out a random change and compares. */
  async step(index: number): Promise<void> {
    const verbs = [
      ["append", () => this.#append()],
      ["append", () => this.#append()],
      ["upsert", () => this.#upsert()],
      ["upsert", () => this.#upsert()],
      ["upsert", () => this.#upsert()],
      ["delete where", () => this.#deleteWhere()],
      ["delete keys", () => this.#deleteKeys()],
      ["delete batch", () => this.#deleteBatch()],
      ["overwrite", () => this.#overwrite()],
      ["schema", () => this.#evolve()],
      ["schema", () => this.#evolve()],
      ["layout", () => this.#layOut()],
      ["compact", () => this.#compact()],
      ["refused", () => this.#refused()],
    ] as const;
    const [name, verb] = this.#random.pick(verbs);
    await verb();
    await this.#model.check(this.#random, `${index} ${name}`);
  }

  #row(fields: readonly IcebergField[], batch: string | undefined): ModelRow {
    const keyIds = new Set(this.#model.keys.map((key) => key.id));
    const values = fields.map((item): [number, Value] => {
      const mayBeNull = !item.required && (!keyIds.has(item.id) || this.#random.chance(0.2));
      return [item.id, randomValue(this.#random, item.type, mayBeNull)];
    });
    return new Map(batch === undefined ? values : [...values, [this.#model.batchField.id, batch]]);
  }

  #rows(fields: readonly IcebergField[], batch: string | undefined): readonly ModelRow[] {
    return Array.from({ length: this.#random.below(this.#maxRows) }, () => this.#row(fields, batch));
  }

  /** Columns a source may have: all that must be filled, and some of the others. */
  #someFields(needed: readonly IcebergField[]): readonly IcebergField[] {
    const chosen = new Set([...needed, ...half(this.#random, this.#model.fields)]);
    const fields = this.#model.fields.filter((item) => item.required || chosen.has(item));
    return fields.length === 0 ? this.#model.fields : fields;
  }

  #source(fields: readonly IcebergField[], rows: readonly ModelRow[]): Source {
    const { schema } = this.#model.table;
    return rowsFor(
      schema,
      fields.map((item) => item.name),
      rows.map((row) => spellRow(fields, row)),
    );
  }

  #batch(): string | undefined {
    return this.#random.chance(0.6) ? this.#random.pick(BATCHES) : undefined;
  }

  async #append(): Promise<void> {
    const batch = this.#batch();
    const fields = this.#someFields([]);
    const rows = this.#rows(fields, batch);
    const staged = await this.#bed.lake.stageAppend({
      table: this.#model.table,
      source: this.#source(fields, rows),
      ...(batch === undefined ? {} : { batch }),
    });
    assert.equal(staged.counts.addedRows, rows.length);
    await this.#model.apply(staged, [...this.#model.rows, ...rows]);
  }

  /** Rows with different keys, some of which the table has, some with the very values. */
  #upsertRows(fields: readonly IcebergField[], batch: string | undefined): readonly ModelRow[] {
    const byKey = new Map<string, ModelRow>();
    const add = (row: ModelRow): void => {
      const key = this.#model.keyOf(row);
      if (key !== undefined) byKey.set(key, row);
    };
    for (const row of this.#rows(fields, batch)) add(row);
    for (const known of this.#model.rows.filter(() => this.#random.chance(0.2))) {
      const same = fields.map((item): [number, Value] => [item.id, known.get(item.id) ?? null]);
      const isFilled = fields.every((item) => !item.required || (known.get(item.id) ?? null) !== null);
      if (isFilled) add(new Map(batch === undefined ? same : [...same, [this.#model.batchField.id, batch]]));
    }
    return [...byKey.values()];
  }

  async #upsert(): Promise<void> {
    const model = this.#model;
    const mode = this.#random.pick(MODES);
    const batch = mode === "delete" ? undefined : this.#batch();
    const keys = model.keys;
    const allKeys = model.rows.map((row) => model.keyOf(row)).filter((key) => key !== undefined);
    // Which of several rows with a key lends the columns that a source does not have is not said anywhere.
    const isUnique = new Set(allKeys).size === allKeys.length;
    const fields = isUnique ? this.#someFields(keys) : model.fields;
    const rows = this.#upsertRows(fields, batch);
    const mayGo = mode === "upsert" && this.#random.chance(0.3);
    const upsert: ModelUpsert = {
      mode,
      keys,
      given: batch === undefined ? fields : [...fields, model.batchField],
      rows,
      gone: rows.map(() => mayGo && this.#random.chance(0.3)),
    };
    if (!isUnique && batch === undefined && mode !== "delete") return;
    const staged = await this.#bed.lake.stageUpsert({
      table: model.table,
      source: mayGo ? withFlag(this.#source(fields, rows), upsert.gone) : this.#source(fields, rows),
      mode,
      ...(mayGo ? { deleteWhen: "is gone" } : {}),
      ...(batch === undefined ? {} : { batch }),
    });
    const expected = model.upserted(upsert);
    assert.deepEqual(staged.rows, expected.counts);
    await model.apply(staged, expected.rows);
  }

  async #deleteWhere(): Promise<void> {
    const { where, holds } = randomCondition(this.#random, this.#model.fields);
    const rows = this.#model.rows.filter((row) => !holds(row));
    const staged = await this.#bed.lake.stageDelete({ table: this.#model.table, where });
    assert.equal(staged.counts.deletedRows, this.#model.rows.length - rows.length);
    await this.#model.apply(staged, rows);
  }

  async #deleteKeys(): Promise<void> {
    const model = this.#model;
    const gone = this.#upsertRows(model.keys, undefined);
    const keys = new Set(gone.map((row) => model.keyOf(row)));
    const rows = model.rows.filter((row) => model.keyOf(row) === undefined || !keys.has(model.keyOf(row)));
    await model.apply(await this.#bed.lake.stageDelete({ table: model.table, keysIn: this.#source(model.keys, gone) }), rows);
  }

  async #deleteBatch(): Promise<void> {
    const { table, batchField, rows } = this.#model;
    const batch = this.#random.pick(BATCHES);
    const staged = await this.#bed.lake.stageDelete({ table, rowsOfBatch: batch });
    await this.#model.apply(
      staged,
      rows.filter((row) => row.get(batchField.id) !== batch),
    );
  }

  async #overwrite(): Promise<void> {
    const batch = this.#batch();
    const condition = this.#random.chance(0.8) ? randomCondition(this.#random, this.#model.fields) : undefined;
    const fields = this.#someFields([]);
    const rows = this.#rows(fields, batch);
    const staged = await this.#bed.lake.stageOverwrite({
      table: this.#model.table,
      source: this.#source(fields, rows),
      ...(condition === undefined ? {} : { where: condition.where }),
      ...(batch === undefined ? {} : { batch }),
    });
    const kept = condition === undefined ? [] : this.#model.rows.filter((row) => !condition.holds(row));
    await this.#model.apply(staged, [...kept, ...rows]);
  }

  #schemaChange(): SchemaChange {
    const { fields, keys } = this.#model;
    const target = this.#random.pick(fields);
    const unused = NAMES.filter((name) => !fields.some((item) => item.name === name));
    const name = unused.length === 0 ? "c99" : this.#random.pick(unused);
    const structs = fields.filter((item) => typeof item.type === "object" && item.type.type === "struct");
    const parts = structs.flatMap((item) => (typeof item.type === "object" && item.type.type === "struct" ? item.type.fields : []));
    const changes: SchemaChange[] = [
      { kind: "add", name, type: randomType(this.#random, 1) },
      { kind: "drop", fieldId: target.id },
      { kind: "rename", fieldId: target.id, name },
      { kind: "move", fieldId: target.id, after: null },
      ...[...fields, ...keys, ...parts].flatMap((item): readonly SchemaChange[] => {
        const type = WIDER[String(item.type)];
        return type === undefined ? [] : [{ kind: "widen", fieldId: item.id, type }];
      }),
      ...structs.map((item): SchemaChange => ({ kind: "add", name: `p${this.#random.below(50)}`, type: "long", parent: item.id })),
      ...parts.flatMap((item): readonly SchemaChange[] => [
        { kind: "rename", fieldId: item.id, name: `p${this.#random.below(50)}` },
        { kind: "drop", fieldId: item.id },
      ]),
    ];
    return this.#random.pick(changes);
  }

  /** Metadata changes that the table may refuse; its rows are the same either way. */
  async #metadata(change: () => Promise<unknown>): Promise<void> {
    await change().catch((error: unknown) => {
      if (!isAppError(error) || !REFUSED.has(error.code)) throw error;
    });
    await this.#model.reopen();
  }

  async #evolve(): Promise<void> {
    const changes = [this.#schemaChange()];
    await this.#metadata(() => this.#bed.tx((tx) => this.#bed.lake.evolveSchema(tx, this.#model.table, { changes })));
  }

  async #layOut(): Promise<void> {
    const { table, fields } = this.#model;
    const partition = this.#random.chance(0.3) ? [] : randomPartition(this.#random, fields);
    const sort = this.#random.chance(0.3) ? [] : randomSort(this.#random, fields);
    await this.#metadata(() => this.#bed.tx((tx) => this.#bed.lake.setPartitionSpec(tx, table, partition)));
    await this.#metadata(() => this.#bed.tx((tx) => this.#bed.lake.setSortOrder(tx, table, sort)));
  }

  async #compact(): Promise<void> {
    const { workspaceId, tableName } = this.#model.table;
    const limits = { minFiles: 2, maxDeletedShare: 0 };
    await this.#bed.lake.compact({ workspaceId, tableName, limits, transaction: (work) => this.#bed.tx(work) });
    await this.#model.reopen();
  }

  /** A source in which a key is there twice, or not at all. */
  async #refused(): Promise<void> {
    const model = this.#model;
    const [row] = this.#upsertRows(model.fields, undefined);
    if (row === undefined) return;
    const stage = (rows: readonly ModelRow[]) => this.#bed.lake.stageUpsert({ table: model.table, source: this.#source(model.fields, rows) });
    const repeated = await model.expectRefused(stage([row, row]), "lake.duplicate_keys");
    const key = model.keys.map((item) => spell(item.type, row.get(item.id) ?? null)).join(", ");
    assert.deepEqual(repeated, { path: model.keys.map((item) => item.name).join(", "), message: `2 rows have the key ${key}` });
    const lacking = this.#random.pick(model.keys);
    const missing = await model.expectRefused(stage([row, new Map([...row, [lacking.id, null]])]), "lake.null_keys");
    assert.deepEqual(missing, { path: lacking.name, message: "1 rows have no value" });
  }
}

/** The source with a column that says which rows are to go. */
function withFlag({ query }: Source, flags: readonly boolean[]): Source {
  if (query.kind !== "select" || query.from.kind !== "values") throw new Error("only rows that are written down can be flagged");
  const flag: SelectItem = { expression: { kind: "column", name: "is gone" }, as: "is gone" };
  const rows = query.from.rows.map((row, index): readonly Expression[] => [...row, literal(flags[index] === true)]);
  const flagged: Query = {
    ...query,
    items: [...query.items, flag],
    from: { ...query.from, columns: [...query.from.columns, { name: "is gone", type: { kind: "boolean" } }], rows },
  };
  return { query: flagged };
}

/** Lets a table live through random changes; its rows and those of its older snapshots are compared with a model after each. */
export async function liveThrough(bed: TestLake, random: Random, options: HistoryOptions): Promise<void> {
  const schema = randomSchema(random);
  const { workspaceId } = bed;
  const definition = definitionOf(random, schema, options.mode);
  await bed.publish(await bed.lake.stageCreate({ workspaceId, tableName: options.tableName, schema, definition }));
  const model = new ModelTable(bed, await bed.open(options.tableName));
  const history = new History(bed, random, model, options.maxRows);
  for (let index = 0; index < options.steps; index += 1) await history.step(index);
  await model.checkVersions();
}
