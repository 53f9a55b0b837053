import { crc32, deflateRawSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type DecodedValue, decodeAvroFile, LazyAvro } from "./decode.ts";
import { encodeAvroFile } from "./encode.ts";
import type { AvroRecord, AvroValue } from "./schema.ts";
import { snappyDecompress } from "./snappy.ts";
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

  it("keep fixed bytes, and types referred to by their name", () => {
    const schema: AvroRecord = {
      type: "record",
      name: "fixed",
      fields: [
        { name: "a", type: ["null", { type: "fixed", name: "two", size: 2 }], default: null },
        { name: "b", type: ["null", "two"], default: null },
      ],
    };
    const records = [
      { a: Buffer.from([1, 2]), b: Buffer.from([3, 4]) },
      { a: null, b: null },
    ];
    expect(decodeAvroFile(encodeAvroFile(schema, records, {})).records).toEqual(records);
    expect(() => encodeAvroFile(schema, [{ a: Buffer.from([1]), b: null }], {})).toThrow("2 bytes expected");
  });

  it("leave fields alone that nobody asks for until somebody does", () => {
    const { records } = decodeAvroFile(encodeAvroFile(SCHEMA, [sample(1), sample(2)], {}), { isLazy: (id) => id === 7 || id === 3 });
    const read = (value: DecodedValue | undefined): unknown => (value instanceof LazyAvro ? value.read() : "not lazy");
    expect(records[1]).toMatchObject({ whole: 2, ratio: 0.1, half: 0.5 });
    expect(records.map((record) => [read(record["map"]), read(record["text"])])).toEqual(Array.from({ length: 2 }, () => [[{ key: 1, value: -1 }], "ä"]));
  });

  it("let a function write a value itself, behind the branch of its union", () => {
    const written = { ...sample(1), text: (writer: AvroWriter) => writer.text("own"), bytes: (writer: AvroWriter) => writer.base64("AP8=") };
    expect(decodeAvroFile(encodeAvroFile(SCHEMA, [written], {})).records).toEqual([{ ...sample(1), text: "own", bytes: Buffer.from([0, 255]) }]);
  });

  it("are written without compression when asked", () => {
    const bytes = encodeAvroFile(SCHEMA, [sample(1)], {}, "null");
    expect(decodeAvroFile(bytes)).toMatchObject({ header: { "avro.codec": "null" }, records: [sample(1)] });
  });

  const blockOf = (codec: string, pack: (block: Buffer) => Buffer): Buffer => {
    const schema = { type: "record", name: "r", fields: [{ name: "t", type: "string" }] };
    const block = new AvroWriter();
    block.text("granary ".repeat(50));
    const file = new AvroWriter();
    file.raw(Buffer.from("Obj\u0001", "latin1"));
    file.long(2);
    file.text("avro.schema");
    file.text(JSON.stringify(schema));
    file.text("avro.codec");
    file.text(codec);
    file.long(0);
    file.raw(Buffer.alloc(16, 9));
    file.long(1);
    file.sized(pack(block.bytes()));
    file.raw(Buffer.alloc(16, 9));
    return file.bytes();
  };
  /** The least a Snappy writer may do: one literal. */
  const asLiteral = (block: Buffer): Buffer => {
    const head = Buffer.from([(block.length & 0x7f) | 0x80, block.length >> 7, 61 << 2, (block.length - 1) & 0xff, (block.length - 1) >> 8]);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(block));
    return Buffer.concat([head, block, checksum]);
  };

  it("are read when compressed with Snappy or Zstandard", () => {
    const expected = [{ t: "granary ".repeat(50) }];
    expect(decodeAvroFile(blockOf("snappy", asLiteral)).records).toEqual(expected);
    expect(decodeAvroFile(blockOf("zstandard", (block) => zstdCompressSync(block))).records).toEqual(expected);
  });

  it("are refused with a wrong checksum, a codec we do not know, or a list longer than the file", () => {
    const damaged = (block: Buffer): Buffer => Buffer.concat([asLiteral(block).subarray(0, -1), Buffer.from([0])]);
    expect(() => decodeAvroFile(blockOf("snappy", damaged))).toThrow("another checksum");
    expect(() => decodeAvroFile(blockOf("xz", (block) => block))).toThrow("the compression xz is not supported");
    const endless = { ...sample(1), map: (writer: AvroWriter) => writer.long(2 ** 40) };
    expect(() => decodeAvroFile(encodeAvroFile(SCHEMA, [endless], {}))).toThrow("longer than the data");
  });
});

describe("Snappy blocks", () => {
  const bytes = (text: string): Buffer => Buffer.from(text, "hex");

  it("of another writer are read", () => {
    const block = Buffer.from("ywMcZ3JhbmFyeSD+CAD+CAD+CAD+CADeCAA0d2hlYXQgYW5kIHJ5ZSxiRwEAev4BAIoBAA==", "base64");
    expect(snappyDecompress(block).toString()).toBe(`${"granary ".repeat(40)}wheat and rye, ${"granary ".repeat(3)}${"z".repeat(100)}`);
  });

  it.each([
    ["nothing", "00", ""],
    ["a literal", "03086162 63".replace(" ", ""), "abc"],
    ["a copy of one byte offset", "0808616263" + "0503", "abcabcab".slice(0, 8)],
    ["a copy that overlaps itself", "0600611201 00".replace(" ", ""), "aaaaaa"],
    ["a copy of four bytes offset", "06086162630b03000000", "abcabc"],
  ])("hold %s", (_, block, expected) => {
    expect(snappyDecompress(bytes(block)).toString()).toBe(expected);
  });

  it.each([
    ["no length", ""],
    ["a length without end", "ffffffffffff"],
    ["a literal beyond the end", "03086162"],
    ["a copy from before the start", "0600610602 00".replace(" ", "")],
    ["less than it says", "05086162 63".replace(" ", "")],
    ["more than it says", "02086162 63".replace(" ", "")],
    ["a gigabyte and more", "ffffffff7f"],
  ])("with %s are refused", (_, block) => {
    expect(() => snappyDecompress(bytes(block))).toThrow(RangeError);
  });
});
