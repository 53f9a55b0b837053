import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeAvroFile } from "./decode.ts";
import { encodeAvroFile } from "./encode.ts";
import type { AvroRecord, AvroValue } from "./schema.ts";
import { AvroWriter } from "./writer.ts";

const SCHEMA: AvroRecord = {
  type: "record",
  name: "sample",
  fields: [
    { name: "whole", type: "long", "field-id": 1 },
    { name: "flag", type: "boolean", "field-id": 2 },
    { name: "text", type: ["null", "string"], default: null, "field-id": 3 },
    { name: "bytes", type: ["null", "bytes"], default: null, "field-id": 4 },
    { name: "ratio", type: "double", "field-id": 5 },
    { name: "half", type: "float", "field-id": 6 },
    {
      name: "map",
      "field-id": 7,
      type: {
        type: "array",
        logicalType: "map",
        items: {
          type: "record",
          name: "k8_v9",
          fields: [
            { name: "key", type: "int", "field-id": 8 },
            { name: "value", type: "long", "field-id": 9 },
          ],
        },
      },
    },
  ],
};

const sample = (whole: number | bigint): Record<string, AvroValue> => ({
  whole,
  flag: true,
  text: "ä",
  bytes: Buffer.from([0, 255]),
  ratio: 0.1,
  half: 0.5,
  map: [{ key: 1, value: -1 }],
});

describe("Avro files", () => {
  it.each([0, -1, 63, 64, -64, -65, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER, 2n ** 63n - 1n, -(2n ** 63n), 3_051_729_675_574_597_004n])(
    "keep the whole number %s",
    (whole) => {
      expect(decodeAvroFile(encodeAvroFile(SCHEMA, [sample(whole)], {})).records).toEqual([sample(whole)]);
    },
  );

  it("keep nulls, empty lists and many records", () => {
    const records = Array.from({ length: 5000 }, (_, index) => ({ ...sample(index), text: null, bytes: null, map: [] }));
    expect(decodeAvroFile(encodeAvroFile(SCHEMA, records, {})).records).toEqual(records);
    expect(decodeAvroFile(encodeAvroFile(SCHEMA, [], {})).records).toEqual([]);
  });

  it("carry the schema with its field ids and the header given", () => {
    const { header } = decodeAvroFile(encodeAvroFile(SCHEMA, [], { content: "data" }));
    expect(header["content"]).toBe("data");
    expect(JSON.parse(header["avro.schema"] ?? "")).toEqual(SCHEMA);
  });

  it("name fields by their id, whatever the writer called them", () => {
    const renamed: AvroRecord = { ...SCHEMA, fields: SCHEMA.fields.map((field) => ({ ...field, name: `x_${field.name}` })) };
    const written = Object.fromEntries(Object.entries(sample(7)).map(([name, value]) => [`x_${name}`, value]));
    const names = new Map(SCHEMA.fields.map((field) => [field["field-id"] ?? 0, field.name]));
    expect(decodeAvroFile(encodeAvroFile(renamed, [written], {}), { nameOf: (id) => names.get(id) }).records).toEqual([sample(7)]);
  });

  it("read maps, fixed bytes, enumerations and blocks with sizes, as other writers make them", () => {
    const schema = {
      type: "record",
      name: "other",
      fields: [
        { name: "m", type: { type: "map", values: "int" } },
        { name: "f", type: { type: "fixed", name: "two", size: 2 } },
        { name: "again", type: "two" },
        { name: "e", type: { type: "enum", name: "letters", symbols: ["A", "B"] } },
      ],
    };
    const block = new AvroWriter();
    block.long(-1);
    block.long(3);
    block.sized(Buffer.from("k"));
    block.long(5);
    block.long(0);
    block.raw(Buffer.from([1, 2, 3, 4]));
    block.long(1);
    const file = new AvroWriter();
    file.raw(Buffer.from("Obj\u0001", "latin1"));
    file.long(2);
    file.sized(Buffer.from("avro.schema"));
    file.sized(Buffer.from(JSON.stringify(schema)));
    file.sized(Buffer.from("avro.codec"));
    file.sized(Buffer.from("deflate"));
    file.long(0);
    file.raw(Buffer.alloc(16, 9));
    file.long(1);
    file.sized(deflateRawSync(block.bytes()));
    file.raw(Buffer.alloc(16, 9));
    expect(decodeAvroFile(file.bytes()).records).toEqual([{ m: { k: 5 }, f: Buffer.from([1, 2]), again: Buffer.from([3, 4]), e: "B" }]);
  });

  it("refuse every truncation", () => {
    const whole = encodeAvroFile(SCHEMA, [sample(1)], {});
    const empty = encodeAvroFile(SCHEMA, [], {}).length;
    for (let length = 0; length < whole.length; length += 7) {
      if (length === empty) continue;
      expect(() => decodeAvroFile(Buffer.from(whole.subarray(0, length))), String(length)).toThrow(/./);
    }
  });

  it("refuse a value that does not fit its schema", () => {
    expect(() => encodeAvroFile(SCHEMA, [{ ...sample(1), whole: "x" }], {})).toThrow("a whole number expected");
    expect(() => encodeAvroFile(SCHEMA, [{ ...sample(1), flag: true, map: null }], {})).toThrow("a list expected");
  });
});
