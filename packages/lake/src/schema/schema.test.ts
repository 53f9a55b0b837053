import { describe, expect, it } from "vitest";
import { type IcebergField, type IcebergSchema, type IcebergType, parseMetadata, printMetadata, schemaOf, toIcebergType, toSqlType } from "../iceberg/index.ts";
import { newTableMetadata, setPartitionSpec, setSortOrder } from "../metadata/index.ts";
import { assignFieldIds } from "./assign-field-ids.ts";
import { evolveSchema } from "./evolve-schema.ts";
import { newSchema } from "./new-schema.ts";
import { parquetSchemaRow, physicalColumns, type PhysicalField, physicalField } from "./physical-layout.ts";
import type { SchemaChange } from "./schema-change.ts";

const list = (id: number, element: IcebergType): IcebergType => ({ type: "list", "element-id": id, "element-required": false, element });
const struct = (...fields: readonly IcebergField[]): IcebergType => ({ type: "struct", fields });
const field = (id: number, name: string, type: IcebergType = "string", required = false): IcebergField => ({ id, name, required, type });

const schema: IcebergSchema = {
  type: "struct",
  "schema-id": 0,
  "identifier-field-ids": [1],
  fields: [
    field(1, "id", "int", true),
    field(2, "amount", "decimal(9,2)"),
    field(3, "place", struct(field(4, "city"), field(5, "zip"))),
    field(6, "orders", list(7, struct(field(8, "sku"), field(9, "price", "float")))),
    field(10, "marks", {
      type: "map",
      "key-id": 11,
      key: struct(field(12, "k")),
      "value-id": 13,
      "value-required": false,
      value: struct(field(14, "v", "date")),
    }),
    field(15, "_granary_batch"),
  ],
};
const start = newTableMetadata({ uuid: "u", location: "file:///t", schema, nowMs: 1 });
const evolve = (...changes: readonly SchemaChange[]): IcebergSchema => schemaOf(evolveSchema(start, changes));
const columnOf = (changed: IcebergSchema, id: number): IcebergField | undefined => changed.fields.find((item) => item.id === id);
const refusal = (text: string): unknown => expect.objectContaining({ code: "lake.schema_change_invalid", params: { reason: expect.stringContaining(text) } });

describe("columns", () => {
  it("are added last, first, or behind another, with ids never used", () => {
    const changed = evolveSchema(start, [
      { kind: "add", name: "last", type: "long", doc: "about" },
      { kind: "add", name: "first", type: list(1, struct(field(1, "x"))), after: null },
      { kind: "add", name: "second", type: "date", after: 1 },
    ]);
    const now = schemaOf(changed);
    expect(now.fields.map((item) => item.name)).toEqual(["first", "id", "second", "amount", "place", "orders", "marks", "_granary_batch", "last"]);
    expect(now.fields[0]).toEqual(field(17, "first", list(18, struct(field(19, "x")))));
    expect(columnOf(now, 16)).toEqual({ ...field(16, "last", "long"), doc: "about" });
    expect(changed["last-column-id"]).toBe(20);
    expect(changed["current-schema-id"]).toBe(1);
    expect(parseMetadata(printMetadata(changed), "x")).toEqual(changed);
  });

  it("get new ids when a dropped name comes back", () => {
    const dropped = evolveSchema(start, [{ kind: "drop", fieldId: 2 }]);
    const again = evolveSchema(dropped, [{ kind: "add", name: "amount", type: "decimal(9, 2)", after: 1 }]);
    expect(schemaOf(again).fields[1]).toEqual(field(16, "amount", "decimal(9, 2)"));
    expect(again.schemas).toHaveLength(3);
  });

  it("get their old schema back when they are as they were", () => {
    const renamed = evolveSchema(start, [{ kind: "rename", fieldId: 2, name: "sum" }]);
    expect(renamed["current-schema-id"]).toBe(1);
    const back = evolveSchema(renamed, [{ kind: "rename", fieldId: 2, name: "amount" }]);
    expect(back["current-schema-id"]).toBe(0);
    expect(back.schemas).toBe(renamed.schemas);
  });

  it("stay the same object when nothing changes, other spellings included", () => {
    expect(evolveSchema(start, [])).toBe(start);
    expect(evolveSchema(start, [{ kind: "widen", fieldId: 2, type: "decimal(9, 2)" }])).toBe(start);
    expect(
      evolveSchema(start, [
        { kind: "rename", fieldId: 1, name: "x" },
        { kind: "rename", fieldId: 1, name: "id" },
      ]),
    ).toBe(start);
  });

  it("change as one: names may be swapped, and what is added may be a key", () => {
    const swapped = evolve({ kind: "rename", fieldId: 1, name: "amount" }, { kind: "rename", fieldId: 2, name: "id" });
    expect(swapped.fields.slice(0, 2).map((item) => item.name)).toEqual(["amount", "id"]);
    const keyed = evolve(
      { kind: "add", name: "k", type: "uuid", required: true, isChecked: true },
      { kind: "keys", fieldIds: [16, 16] },
      { kind: "drop", fieldId: 1 },
    );
    expect(keyed["identifier-field-ids"]).toEqual([16]);
  });

  it("are widened, described, moved, required and freed", () => {
    const changed = evolve(
      { kind: "widen", fieldId: 1, type: "long" },
      { kind: "widen", fieldId: 2, type: "decimal(38,2)" },
      { kind: "doc", fieldId: 2, doc: "in euros" },
      { kind: "require", fieldId: 2, required: true, isChecked: true },
      { kind: "move", fieldId: 2, after: null },
      { kind: "move", fieldId: 6, after: 2 },
    );
    expect(changed.fields.slice(0, 3)).toEqual([
      { ...field(2, "amount", "decimal(38, 2)", true), doc: "in euros" },
      schema.fields[3],
      field(1, "id", "long", true),
    ]);
    expect(evolve({ kind: "keys", fieldIds: [] }, { kind: "require", fieldId: 1, required: false }).fields[0]?.required).toBe(false);
    expect(evolve({ kind: "keys", fieldIds: [] })).not.toHaveProperty("identifier-field-ids");
  });
});

describe("parts of columns", () => {
  it("are added to structs, also within lists and values of maps, however the parent is named", () => {
    for (const parent of [6, 7])
      expect(columnOf(evolve({ kind: "add", name: "qty", type: "int", parent, after: 8 }), 6)?.type).toEqual(
        list(7, struct(field(8, "sku"), field(16, "qty", "int"), field(9, "price", "float"))),
      );
    for (const parent of [10, 13])
      expect(columnOf(evolve({ kind: "add", name: "n", type: "int", parent }), 10)?.type).toMatchObject({
        value: struct(field(14, "v", "date"), field(16, "n", "int")),
      });
    expect(columnOf(evolve({ kind: "add", name: "land", type: "string", parent: 3, after: null }), 3)?.type).toEqual(
      struct(field(16, "land"), field(4, "city"), field(5, "zip")),
    );
  });

  it("are renamed, widened, moved, dropped and required by their ids", () => {
    const changed = evolve(
      { kind: "rename", fieldId: 8, name: "article" },
      { kind: "widen", fieldId: 9, type: "double" },
      { kind: "move", fieldId: 9, after: null },
      { kind: "drop", fieldId: 4 },
      { kind: "doc", fieldId: 5, doc: "postal" },
      { kind: "require", fieldId: 7, required: true, isChecked: true },
    );
    expect(columnOf(changed, 6)?.type).toEqual({
      type: "list",
      "element-id": 7,
      "element-required": true,
      element: struct(field(9, "price", "double"), field(8, "article")),
    });
    expect(columnOf(changed, 3)?.type).toEqual(struct({ ...field(5, "zip"), doc: "postal" }));
  });
});

describe("changes are refused", () => {
  it.each<readonly [string, readonly SchemaChange[], string]>([
    ["of a column that is not there", [{ kind: "drop", fieldId: 99 }], "no column with the id 99"],
    ["with an empty name", [{ kind: "add", name: " ", type: "int" }], "has no name"],
    ["with blanks around the name", [{ kind: "rename", fieldId: 2, name: "a " }], "begins or ends with a blank"],
    ["with too long a name", [{ kind: "rename", fieldId: 2, name: "a".repeat(256) }], "longer than 255"],
    ["with control characters", [{ kind: "rename", fieldId: 2, name: "a\nb" }], "cannot be shown"],
    ["with a name of the platform", [{ kind: "add", name: "_GRANARY_x", type: "int" }], "the platform's own"],
    ["with a name of other engines", [{ kind: "rename", fieldId: 2, name: "_pos" }], "what other engines call"],
    ["with a name that is taken", [{ kind: "add", name: "amount", type: "int" }], "two columns named amount; rename one"],
    ["with a name that differs in case only", [{ kind: "rename", fieldId: 2, name: "ID" }], "differ in case only"],
    ["with a name that reads as the path of another", [{ kind: "add", name: "place.city", type: "int" }], "two columns named place.city"],
    ["with a part whose name is taken", [{ kind: "rename", fieldId: 4, name: "ZIP" }], "differ in case only"],
    ["with a type of format version 3", [{ kind: "add", name: "a", type: "timestamp_ns" }], "cannot have the type timestamp_ns"],
    ["with a struct without parts", [{ kind: "add", name: "a", type: list(1, struct()) }], "a struct without any part"],
    ["with a part without name", [{ kind: "add", name: "a", type: struct(field(1, "")) }], "has no name"],
    ["below what is no struct", [{ kind: "add", name: "a", type: "int", parent: 2 }], "amount is a decimal(9,2) and has no columns"],
    ["behind a column elsewhere", [{ kind: "add", name: "a", type: "int", after: 4 }], "it is not in the same place"],
    ["required without a look at the rows", [{ kind: "add", name: "a", type: "int", required: true }], "have no value for a"],
    ["in the keys of a map", [{ kind: "rename", fieldId: 12, name: "x" }], "belongs to the keys of a map"],
    ["of the key of a map itself", [{ kind: "require", fieldId: 11, required: false }], "belongs to the keys of a map"],
    ["of the platform's column", [{ kind: "drop", fieldId: 15 }], "the platform's own column"],
    ["that drop a key column", [{ kind: "drop", fieldId: 1 }], "choose other key columns first"],
    ["that drop an element", [{ kind: "drop", fieldId: 7 }], "the inside of a list and cannot be dropped"],
    ["that drop the last part", [{ kind: "drop", fieldId: 14 }], "the last column there"],
    ["that rename a value", [{ kind: "rename", fieldId: 13, name: "x" }], "the inside of a map and cannot be renamed"],
    ["that narrow", [{ kind: "widen", fieldId: 2, type: "decimal(8, 2)" }], "values might not fit"],
    ["that change the scale", [{ kind: "widen", fieldId: 2, type: "decimal(12, 3)" }], "digits behind the point"],
    ["that turn a date into a timestamp", [{ kind: "widen", fieldId: 14, type: "timestamp" }], "needs format version 3"],
    ["that make a number a text", [{ kind: "widen", fieldId: 1, type: "string" }], "only int to long"],
    ["that widen a struct", [{ kind: "widen", fieldId: 3, type: "string" }], "only types of single values"],
    ["that move to another place", [{ kind: "move", fieldId: 4, after: 1 }], "not in the same place"],
    ["that move behind itself", [{ kind: "move", fieldId: 4, after: 4 }], "behind itself"],
    ["that require without a look at the rows", [{ kind: "require", fieldId: 2, required: true }], "must be checked"],
    ["that free a key column", [{ kind: "require", fieldId: 1, required: false }], "never empty"],
    ["with a key that may be empty", [{ kind: "keys", fieldIds: [2] }], "require it first"],
    ["with a struct for a key", [{ kind: "keys", fieldIds: [3] }], "is a struct and cannot be a key column"],
    ["with a key in a list", [{ kind: "keys", fieldIds: [8] }], "lies in a list or map"],
    [
      "with a key whose struct may be empty",
      [
        { kind: "require", fieldId: 4, required: true, isChecked: true },
        { kind: "keys", fieldIds: [4] },
      ],
      "place may be empty",
    ],
    [
      "with a double for a key",
      [
        { kind: "add", name: "d", type: "double", required: true, isChecked: true },
        { kind: "keys", fieldIds: [16] },
      ],
      "no reliable equality",
    ],
  ])("%s", (_, changes, text) => {
    expect(() => evolveSchema(start, changes)).toThrow(refusal(text));
  });

  it("that take away what rows are laid out by now, but not what they were", () => {
    const partitioned = setPartitionSpec(start, [{ "source-id": 4, transform: "truncate[2]", name: "area" }]);
    expect(() => evolveSchema(partitioned, [{ kind: "drop", fieldId: 3 }])).toThrow(refusal("partitioned by place"));
    expect(() => evolveSchema(partitioned, [{ kind: "rename", fieldId: 2, name: "Area" }])).toThrow(refusal("the name of a partition field"));
    const sorted = setSortOrder(start, [{ "source-id": 2 }]);
    expect(() => evolveSchema(sorted, [{ kind: "drop", fieldId: 2 }])).toThrow(refusal("sorted by amount"));
    expect(schemaOf(evolveSchema(setPartitionSpec(partitioned, []), [{ kind: "drop", fieldId: 3 }])).fields).toHaveLength(5);
  });
});

describe("new schemas", () => {
  it("number columns first and their parts after them, as other engines do", () => {
    const fields = assignFieldIds([field(9, "a", struct(field(9, "x"), field(9, "y", list(9, "int")))), field(9, "b", "int")]);
    expect(fields).toEqual([field(1, "a", struct(field(3, "x"), field(4, "y", list(5, "int")))), field(2, "b", "int")]);
    expect(assignFieldIds([field(0, "c")], 7)).toEqual([field(8, "c")]);
  });

  it("have their keys required, and system columns where told", () => {
    const made = newSchema({ columns: [field(0, "id", "long"), { ...field(0, "_granary_batch"), isSystem: true }], keys: ["id"] });
    expect(made).toEqual({ type: "struct", "schema-id": 0, "identifier-field-ids": [1], fields: [field(1, "id", "long", true), field(2, "_granary_batch")] });
    expect(() => newSchema({ columns: [] })).toThrow(refusal("there is no column"));
    expect(() => newSchema({ columns: [field(0, "a")], keys: ["b"] })).toThrow(refusal("no column b"));
    expect(() => newSchema({ columns: [field(0, "a"), field(0, "A")] })).toThrow(refusal("differ in case only"));
  });

  it("go to the engine's types and back, nested ones with ids of their own", () => {
    const type = struct(
      field(
        1,
        "a",
        list(2, { type: "map", "key-id": 3, key: "string", "value-id": 4, "value-required": false, value: struct(field(5, "d", "decimal(9, 2)")) }),
      ),
      field(6, "b", "uuid"),
    );
    const sqlType = toSqlType(type);
    expect(sqlType).toMatchObject({ kind: "struct", fields: [{ name: "a", type: { kind: "list", element: { kind: "map" } } }, { name: "b" }] });
    expect(sqlType && toIcebergType(sqlType)).toEqual(type);
    expect(toSqlType(struct(field(1, "a", "variant")))).toBeUndefined();
  });
});

describe("files written under other names", () => {
  it("say their names in the engine's description of them", () => {
    const rows = [
      ["duckdb_schema", "3", null, "REQUIRED"],
      ["place", "2", "3", "OPTIONAL"],
      ["city", null, "4", "OPTIONAL"],
      ["zip", null, "5", "OPTIONAL"],
      ["orders", "1", "6", "OPTIONAL"],
      ["list", "1", null, "REPEATED"],
      ["element", "2", "7", "OPTIONAL"],
      ["sku", null, "8", "OPTIONAL"],
      ["price", null, "9", "OPTIONAL"],
      ["marks", "1", "10", "OPTIONAL"],
      ["key_value", "2", null, "REPEATED"],
      ["key", "1", "11", "REQUIRED"],
      ["k", null, "12", "OPTIONAL"],
      ["value", "1", "13", "OPTIONAL"],
      ["v", null, "14", "OPTIONAL"],
    ];
    const places = [3, 6, 10].map((id) => schema.fields.find((item) => item.id === id));
    const now = places.flatMap((item) => (item === undefined ? [] : [physicalField(item)]));
    const named = (fields: readonly PhysicalField[]): unknown => fields.map(({ id, name, children }) => [id, name, named(children)]);
    expect(named(physicalColumns(rows.map(parquetSchemaRow)))).toEqual(named(now));
    expect(() => physicalColumns(rows.slice(0, 4).map(parquetSchemaRow))).toThrow(RangeError);
  });
});
