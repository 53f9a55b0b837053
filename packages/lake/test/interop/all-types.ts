import type { IcebergField, IcebergSchema, IcebergType } from "@granary/lake";
import type { TestLake } from "../lake.ts";
import { type Cell, field, schemaOf } from "../rows.ts";
import { create } from "./shared-table.ts";

/** One column: how its values are written into the source, and what they are, as texts, lists, objects and null. */
interface Sample {
  readonly type: IcebergType;
  readonly cells: readonly Cell[];
  readonly values: readonly unknown[];
}

const plain = (type: string, ...values: readonly (string | null)[]): Sample => ({ type, cells: values, values });

const list = (id: number, element: IcebergType): IcebergType => ({ type: "list", "element-id": id, "element-required": false, element });

/** Every type of Iceberg v2, nested ones too, with the ends of their ranges and null. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  boolean: plain("boolean", "true", "false", null),
  int: plain("int", "-2147483648", "2147483647", null),
  long: plain("long", "-9223372036854775808", "9223372036854775807", null),
  float: plain("float", "-0.5", "NaN", null),
  double: plain("double", "NaN", "1e+300", null),
  decimal_small: plain("decimal(9, 2)", "-9999999.99", "0.01", null),
  decimal_long: plain("decimal(18, 4)", "-12345678901234.5678", "1.0000", null),
  decimal_large: plain("decimal(38, 10)", "-1234567890123456789012345678.0123456789", "1.0000000000", null),
  date: plain("date", "1969-07-20", "2262-04-12", null),
  time: plain("time", "00:00:00.000000", "23:59:59.999999", null),
  timestamp: plain("timestamp", "1969-12-31 23:59:59.999999", "2250-01-01 00:00:00.000000", null),
  timestamptz: plain("timestamptz", "1969-12-31 23:59:59.999999+00", "2250-01-01 00:00:00.000000+00", null),
  string: plain("string", "", "ünï😀 \"quoted\" 'x'\n", null),
  uuid: plain("uuid", "00000000-0000-0000-0000-000000000000", "f79c3e09-677c-4bbd-a479-512f87f76fcf", null),
  binary: { type: "binary", cells: ["\\x00\\xFF", "", null], values: ["00ff", "", null] },
  fixed: { type: "fixed[2]", cells: ["ab", "\\x00\\x01", null], values: ["6162", "0001", null] },
  struct: {
    type: { type: "struct", fields: [field(101, "street", "string"), field(102, "no", "int")] },
    cells: ["{'street': Main, 'no': 1}", "{'street': NULL, 'no': NULL}", null],
    values: [{ street: "Main", no: "1" }, { street: null, no: null }, null],
  },
  list: { type: list(103, "string"), cells: ["[a, NULL, b]", "[]", null], values: [["a", null, "b"], [], null] },
  map: {
    type: { type: "map", "key-id": 104, key: "string", "value-id": 105, "value-required": false, value: "double" },
    cells: ["{a=1.5, b=NULL}", "{}", null],
    values: [{ a: "1.5", b: null }, {}, null],
  },
  list_of_structs: {
    type: list(106, { type: "struct", fields: [field(107, "at", "date"), field(108, "of", list(109, "long"))] }),
    cells: ["[{'at': '2020-01-01', 'of': [1, 2]}, NULL]", "[]", null],
    values: [[{ at: "2020-01-01", of: ["1", "2"] }, null], [], null],
  },
};

const FIELDS: readonly IcebergField[] = Object.entries(SAMPLES).map(([name, { type }], index) => field(index + 2, name, type));

const ALL_TYPES: IcebergSchema = schemaOf([field(1, "id", "int", true), ...FIELDS], [1]);

const ROWS: readonly (readonly Cell[])[] = [0, 1, 2].map((row) => [row, ...Object.values(SAMPLES).map((sample) => sample.cells[row] ?? null)]);

/** What each column holds, from the first row to the third. */
export const ALL_TYPES_VALUES: Readonly<Record<string, readonly unknown[]>> = Object.fromEntries(
  Object.entries(SAMPLES).map(([name, sample]) => [name, sample.values]),
);

/** One table with a column of every type. */
export async function allTypes(bed: TestLake): Promise<string> {
  const names = ALL_TYPES.fields.map(({ name }) => name);
  return (await create(bed, { tableName: "all_types", schema: ALL_TYPES, names, rows: ROWS })).tableName;
}
