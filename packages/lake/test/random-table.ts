import { cast, column, compare, type ComparisonOperator, type Expression, inList, literal } from "@granary/engine";
import type { OpenTable, TableDefinition } from "@granary/lake";
import { storedColumn } from "../src/files/index.ts";
import { toSqlType } from "../src/iceberg/index.ts";
import { equalityDeleteFile, type HandMade, stagedChange } from "./hand-made.ts";
import type { TestLake } from "./lake.ts";
import { randomOf, type Random } from "./random.ts";
import { type Cell, field, rowsFor, schemaOf } from "./rows.ts";

/** Values of each type in ascending order; those in one list are equal to each other. */
const VALUES = {
  boolean: [["false"], ["true"]],
  int: [["-2147483648"], ["-1"], ["0"], ["7"], ["2147483647"]],
  long: [["-9223372036854775808"], ["-1"], ["9007199254740992"], ["9007199254740993"], ["9223372036854775807"]],
  float: [["-inf"], ["-1.5"], ["-0.0", "0.0"], ["0.1"], ["inf"], ["nan"]],
  double: [["-inf"], ["-1e300"], ["-0.0", "0.0"], ["0.1"], ["0.30000000000000004"], ["inf"], ["nan"]],
  "decimal(9, 2)": [["-9999999.99"], ["0.00"], ["0.01"], ["9999999.99"]],
  "decimal(38, 10)": [["-1234567890123456789012345678.0123456789"], ["0.0000000001"], ["1234567890123456789012345678.0123456789"]],
  date: [["0044-03-15 (BC)"], ["1582-10-04"], ["1969-12-31"], ["1970-01-01"], ["9999-12-31"]],
  time: [["00:00:00"], ["11:59:59.999999"], ["12:00:00"], ["23:59:59.999999"]],
  timestamp: [["1582-10-04 00:00:00"], ["1969-12-31 23:59:59.999999"], ["1970-01-01 00:00:00"], ["2999-01-01 00:00:00.000001"]],
  timestamptz: [["1582-10-04 00:00:00+00"], ["1969-12-31 23:59:59.999999+00"], ["1970-01-01 00:00:00+00"], ["2999-01-01 00:00:00.000001+00"]],
  string: [[""], [" "], ["A"], ["a"], ['a, "b"\n\''], ["aa"], ["ä"], ["€"], ["😀"]],
  uuid: [["00000000-0000-0000-0000-000000000000"], ["7fffffff-ffff-ffff-ffff-ffffffffffff"], ["80000000-0000-0000-0000-000000000000"]],
  binary: [[""], ["\\x00"], ["\\x00\\xFF"], ["\\x5C"], ["a"], ["\\xFF"]],
  "fixed[2]": [["\\x00\\x01"], ["ab"], ["\\xFF\\x00"]],
} as const satisfies Readonly<Record<string, readonly (readonly string[])[]>>;

/** The types of the columns after `id`, whose names are `c0`, `c1` and so on. */
export const SORTABLE_TYPES = Object.keys(VALUES) as readonly (keyof typeof VALUES)[];

export const nameOf = (index: number): string => `c${index}`;
const FIRST_FIELD = 2;
const SCHEMA = schemaOf([field(1, "id", "long", true), ...SORTABLE_TYPES.map((type, index) => field(FIRST_FIELD + index, nameOf(index), type))], [1]);
const NAMES = SCHEMA.fields.map((item) => item.name);
const MERGE: TableDefinition = { properties: { "write.merge.mode": "merge-on-read", "write.delete.mode": "merge-on-read" } };

/** A row as the test knows it: of each column the rank of its value, or null. */
export interface ModelRow {
  readonly id: string;
  readonly ranks: readonly (number | null)[];
}

/** A table of random rows of all types, some deleted by position and by value, with what it must hold, in stored order. */
export interface RandomTable {
  readonly table: OpenTable;
  readonly rows: readonly ModelRow[];
}

const sqlTypeOf = (index: number) => toSqlType(SORTABLE_TYPES[index] ?? "string") ?? { kind: "text" as const };
const valuesOf = (index: number): readonly (readonly string[])[] => VALUES[SORTABLE_TYPES[index] ?? "string"];

/** A constant of a column's type, and its rank. */
function randomConstant(random: Random, index: number): { readonly expression: Expression; readonly rank: number } {
  const rank = random.below(valuesOf(index).length);
  return { expression: cast(literal(random.pick(valuesOf(index)[rank] ?? [""])), sqlTypeOf(index)), rank };
}

const INT = SORTABLE_TYPES.indexOf("int");

class TableBuilder {
  readonly #bed: TestLake;
  readonly #random: Random;
  readonly #tableName: string;
  #rows: ModelRow[] = [];
  #nextId = 0;

  constructor(bed: TestLake, random: Random, tableName: string) {
    this.#bed = bed;
    this.#random = random;
    this.#tableName = tableName;
  }

  async build(): Promise<RandomTable> {
    const { lake, workspaceId } = this.#bed;
    const created = await lake.stageCreate({ workspaceId, tableName: this.#tableName, schema: SCHEMA, source: this.#newRows(14), definition: MERGE });
    let table = await this.#publish(created);
    table = await this.#append(table, 9);
    table = await this.#deletePositions(table);
    table = await this.#append(table, 1);
    table = await this.#deleteValues(table);
    table = await this.#append(table, 12);
    table = await this.#deletePositions(table);
    table = await this.#append(table, 6);
    return { table, rows: this.#rows };
  }

  #newRows(count: number) {
    const cells = Array.from({ length: count }, (): readonly Cell[] => {
      const id = String(this.#nextId);
      this.#nextId += 1;
      const ranks = SORTABLE_TYPES.map((_, index) => (this.#random.chance(0.2) ? null : this.#random.below(valuesOf(index).length)));
      this.#rows.push({ id, ranks });
      return [id, ...ranks.map((rank, index) => (rank === null ? null : this.#random.pick(valuesOf(index)[rank] ?? [""])))];
    });
    return rowsFor(SCHEMA, NAMES, cells);
  }

  async #publish(staged: Parameters<TestLake["publish"]>[0]): Promise<OpenTable> {
    await this.#bed.publish(staged);
    return this.#bed.open(this.#tableName);
  }

  async #append(table: OpenTable, count: number): Promise<OpenTable> {
    return this.#publish(await this.#bed.lake.stageAppend({ table, source: this.#newRows(count) }));
  }

  async #deletePositions(table: OpenTable): Promise<OpenTable> {
    const gone = new Set(this.#rows.filter(() => this.#random.chance(0.15)).map((row) => row.id));
    this.#rows = this.#rows.filter((row) => !gone.has(row.id));
    const ids = [...gone].map((id) => literal(Number(id)));
    return this.#publish(await this.#bed.lake.stageDelete({ table, where: inList(storedColumn(1), ids) }));
  }

  /** As another engine would: the rows with one value, and those without one. */
  async #deleteValues(table: OpenTable): Promise<OpenTable> {
    const rank = this.#random.below(valuesOf(INT).length);
    this.#rows = this.#rows.filter((row) => row.ranks[INT] !== rank && row.ranks[INT] !== null);
    const columns = [{ fieldId: FIRST_FIELD + INT, name: nameOf(INT), type: "int", sqlType: { kind: "integer" } }] as const;
    const made: HandMade = { columns, location: table.location };
    const deletes = await equalityDeleteFile(this.#bed, made, [FIRST_FIELD + INT], [[valuesOf(INT)[rank]?.[0] ?? null], [null]]);
    return this.#publish({ ...stagedChange(this.#bed, this.#tableName, made, { added: [deletes], tableUuid: table.tableUuid }), schema: SCHEMA });
  }
}

export const randomTable = (bed: TestLake, seed: number): Promise<RandomTable> => new TableBuilder(bed, randomOf(seed), `random_${seed}`).build();

/** A sort key as a reader asks for it. */
export interface ModelKey {
  readonly index: number;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
}

function compareRanks(left: number | null, right: number | null, key: ModelKey): number {
  if (left === null || right === null) return (Number(left === null) - Number(right === null)) * (key.nulls === "last" ? 1 : -1);
  return key.direction === "asc" ? left - right : right - left;
}

/** Sorted as the reader asks for; equal rows stay in stored order. */
export function sortedRows(rows: readonly ModelRow[], keys: readonly ModelKey[]): readonly ModelRow[] {
  const compareRows = (left: ModelRow, right: ModelRow): number =>
    keys.map((key) => compareRanks(left.ranks[key.index] ?? null, right.ranks[key.index] ?? null, key)).find((order) => order !== 0) ?? 0;
  return rows.toSorted(compareRows);
}

const MEETS: Readonly<Record<ComparisonOperator, (value: number | null, constant: number) => boolean>> = {
  "=": (value, constant) => value === constant,
  "<>": (value, constant) => value !== null && value !== constant,
  "<": (value, constant) => value !== null && value < constant,
  "<=": (value, constant) => value !== null && value <= constant,
  ">": (value, constant) => value !== null && value > constant,
  ">=": (value, constant) => value !== null && value >= constant,
  "is distinct from": (value, constant) => value !== constant,
  "is not distinct from": (value, constant) => value === constant,
};

/** A condition on one column, for the reader and for the model. */
export function randomFilter(random: Random): { readonly filter: Expression; readonly keeps: (row: ModelRow) => boolean } {
  const index = random.below(SORTABLE_TYPES.length);
  const operator = random.pick(Object.keys(MEETS) as readonly ComparisonOperator[]);
  const { expression, rank } = randomConstant(random, index);
  return { filter: compare(column(nameOf(index)), operator, expression), keeps: (row) => MEETS[operator](row.ranks[index] ?? null, rank) };
}
