import assert from "node:assert/strict";
import { compare, type Expression, isNull, literal, not, typedLiteral } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { BATCH_COLUMN, type IcebergField, type OpenTable, type StagedChange, type StagedUpsert, storedColumn, type UpsertMode } from "@granary/lake";
import type { TestLake } from "./lake.ts";
import { isNumeric, type ModelRow, ORDERED, spell, spellRow, type Value, valuesOf } from "./model-values.ts";
import type { Random } from "./random.ts";
import { storedTexts } from "./rows.ts";

/** Rows that are to go, for the lake and for the model. */
export interface Condition {
  readonly where: Expression;
  readonly holds: (row: ModelRow) => boolean;
}

function constant(field: IcebergField, text: string): Expression {
  const type = String(field.type);
  if (type === "string") return literal(text);
  if (type === "int" || type === "long") return literal(BigInt(text));
  if (type === "date" || type === "timestamp") return typedLiteral({ kind: type }, text);
  const [, precision] = /^decimal\((\d+), 2\)$/.exec(type) ?? [];
  return typedLiteral({ kind: "decimal", precision: Number(precision), scale: 2 }, text);
}

function isBelow(field: IcebergField, left: string, right: string): boolean {
  if (!isNumeric(field.type)) return left < right;
  const [a, b] = [left, right].map((text) => BigInt(text.replace(".", "")));
  return (a ?? 0n) < (b ?? 0n);
}

/** A condition over one of the columns. */
export function randomCondition(random: Random, fields: readonly IcebergField[]): Condition {
  const field = random.pick(fields);
  const column = storedColumn(field.id);
  const of = (row: ModelRow): Value => row.get(field.id) ?? null;
  const kinds = ORDERED.has(String(field.type)) ? ["equal", "below", "null", "filled"] : ["null", "filled"];
  const bound = random.pick(valuesOf(field.type).length === 0 ? [""] : valuesOf(field.type));
  switch (random.pick(kinds)) {
    case "equal":
      return { where: compare(column, "=", constant(field, bound)), holds: (row) => of(row) === bound };
    case "below":
      return {
        where: compare(column, "<", constant(field, bound)),
        holds: (row) => {
          const value = of(row);
          return typeof value === "string" && isBelow(field, value, bound);
        },
      };
    case "null":
      return { where: isNull(column), holds: (row) => of(row) === null };
    default:
      return { where: not(isNull(column)), holds: (row) => of(row) !== null };
  }
}

export interface ModelUpsert {
  readonly mode: UpsertMode;
  readonly keys: readonly IcebergField[];
  /** The columns the source has, keys among them; the batch column too when one is named. */
  readonly given: readonly IcebergField[];
  readonly rows: readonly ModelRow[];
  /** For each row whether it says that its key is to be deleted. */
  readonly gone: readonly boolean[];
}

type Action = "add" | "replace" | "remove" | "same" | "ignore";

/** A table's rows in JavaScript, beside the real ones. */
export class ModelTable {
  readonly #bed: TestLake;
  readonly #versions: { readonly snapshotId: string; readonly texts: readonly string[] }[] = [];
  table: OpenTable;
  rows: readonly ModelRow[] = [];

  constructor(bed: TestLake, table: OpenTable) {
    this.#bed = bed;
    this.table = table;
  }

  get fields(): readonly IcebergField[] {
    return this.table.schema.fields.filter((field) => field.name !== BATCH_COLUMN);
  }

  get batchField(): IcebergField {
    return this.table.schema.fields.find((field) => field.name === BATCH_COLUMN) as IcebergField;
  }

  get keys(): readonly IcebergField[] {
    const ids = this.table.schema["identifier-field-ids"] ?? [];
    return ids.map((id) => this.table.schema.fields.find((field) => field.id === id) as IcebergField);
  }

  /** The key as a text; undefined for a row that cannot be matched because some of it is missing. */
  keyOf(row: ModelRow): string | undefined {
    const values = this.keys.map((key) => row.get(key.id) ?? null);
    return values.includes(null) ? undefined : JSON.stringify(values);
  }

  async reopen(): Promise<void> {
    this.table = await this.#bed.open(this.table.tableName);
  }

  /** Publishes a change that is expected to give these rows. */
  async apply(staged: StagedChange, rows: readonly ModelRow[]): Promise<void> {
    await this.#bed.publish(staged);
    this.rows = rows;
    await this.reopen();
  }

  /** A change that is to be refused changes nothing; answers the first issue. */
  async expectRefused(work: Promise<unknown>, code: string): Promise<unknown> {
    const refused = await work.catch((error: unknown) => error);
    assert.equal(isAppError(refused) ? refused.code : refused, code);
    const before = this.table.snapshotId;
    await this.reopen();
    assert.equal(this.table.snapshotId, before);
    return isAppError(refused) ? refused.issues?.[0] : undefined;
  }

  /** The rows of the table and of one of its older snapshots are what the model says. */
  async check(random: Random, step: string): Promise<void> {
    const texts = this.#texts();
    assert.deepEqual([step, await this.#stored(this.table)], [step, texts]);
    assert.deepEqual([step, this.table.rows], [step, this.rows.length]);
    const { snapshotId } = this.table;
    if (snapshotId !== null && snapshotId !== this.#versions.at(-1)?.snapshotId) this.#versions.push({ snapshotId, texts });
    if (this.#versions.length > 0) await this.#checkVersion(random.pick(this.#versions), step);
  }

  async checkVersions(): Promise<void> {
    for (const version of this.#versions) await this.#checkVersion(version, "the end");
  }

  /** What an upsert makes of the rows, and how it counts them. */
  upserted(upsert: ModelUpsert): { readonly rows: readonly ModelRow[]; readonly counts: StagedUpsert["rows"] } {
    const counts = { added: 0, updated: 0, unchanged: 0, deleted: 0, ignored: 0 };
    const removed = new Set<ModelRow>();
    const coming: ModelRow[] = [];
    for (const [index, row] of upsert.rows.entries()) {
      const matches = this.rows.filter((candidate) => this.keyOf(candidate) !== undefined && this.keyOf(candidate) === this.keyOf(row));
      const action = this.#actionOf(upsert, row, { matches, gone: upsert.gone[index] === true });
      if (action === "remove" || action === "replace") for (const match of matches) removed.add(match);
      if (action === "replace" || action === "add") coming.push(new Map([...(matches[0] ?? []), ...row]));
      if (action === "add") counts.added += 1;
      if (action === "replace") counts.updated += 1;
      if (action === "same") counts.unchanged += 1;
      if (action === "ignore") counts.ignored += 1;
    }
    return { rows: [...this.rows.filter((row) => !removed.has(row)), ...coming], counts: { ...counts, deleted: removed.size - counts.updated } };
  }

  #actionOf(upsert: ModelUpsert, row: ModelRow, { matches, gone }: { readonly matches: readonly ModelRow[]; readonly gone: boolean }): Action {
    const isKnown = matches.length > 0;
    if (upsert.mode === "delete") return isKnown ? "remove" : "ignore";
    if (upsert.mode === "insert-only") return isKnown || gone ? "ignore" : "add";
    if (gone) return isKnown ? "remove" : "ignore";
    if (!isKnown) return upsert.mode === "upsert" ? "add" : "ignore";
    const compared = upsert.given.filter((field) => field.name !== BATCH_COLUMN);
    const isSame =
      matches.length === 1 && compared.every((field) => spell(field.type, matches[0]?.get(field.id) ?? null) === spell(field.type, row.get(field.id) ?? null));
    return isSame ? "same" : "replace";
  }

  #texts(): readonly string[] {
    return this.rows.map((row) => JSON.stringify(spellRow(this.table.schema.fields, row))).toSorted();
  }

  async #stored(table: OpenTable): Promise<readonly string[]> {
    const names = table.schema.fields.map((field) => field.name);
    return (await storedTexts(this.#bed, table, names)).map((row) => JSON.stringify(row)).toSorted();
  }

  async #checkVersion(version: { readonly snapshotId: string; readonly texts: readonly string[] }, step: string): Promise<void> {
    const table = await this.#bed.open(this.table.tableName, version.snapshotId);
    assert.deepEqual([step, version.snapshotId, await this.#stored(table)], [step, version.snapshotId, version.texts]);
  }
}
