import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cast, createEngine, type Engine, type Expression, literal, type Query, type SqlType } from "@granary/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeValue, encodeValue, parseTransform, toSqlType, transformResultType, transformValue } from "../src/iceberg/index.ts";
import { transformExpression } from "../src/write/transform-expression.ts";

const stack = new AsyncDisposableStack();
let engine: Engine;
beforeAll(() => {
  const dir = mkdtempSync(join(tmpdir(), "granary-transforms-"));
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  engine = stack.use(createEngine({ tempRoot: dir }));
});
afterAll(() => stack.disposeAsync());

const TEXT: SqlType = { kind: "text" };

/** What the engine makes of the values: the text of the transform's result, for each. */
async function computed(type: string, transform: string, values: readonly (string | null)[]): Promise<readonly unknown[]> {
  const sqlType = toSqlType(type) ?? TEXT;
  const schema = { type: "struct" as const, "schema-id": 0, fields: [{ id: 1, name: "v", required: false, type }] };
  const isBinary = sqlType.kind === "binary";
  const one = (value: string | null): Expression =>
    isBinary && value !== null ? { kind: "typedLiteral", type: { kind: "binary" }, text: value } : cast(literal(value), sqlType);
  const rows: Query = {
    kind: "unionAll",
    queries: values.map((value, index) => ({
      kind: "select",
      items: [
        { expression: literal(index), as: "place" },
        { expression: one(value), as: "v" },
      ],
      from: { kind: "sequence", length: 1 },
    })),
  };
  const result = transformExpression(schema, { "source-id": 1, transform });
  const query: Query = {
    kind: "select",
    items: [
      {
        expression: isBinary && transform.startsWith("truncate") ? { kind: "call", name: "encode_hex", operands: [result] } : cast(result, TEXT),
        as: "result",
      },
    ],
    from: { kind: "query", query: rows },
    orderBy: [{ expression: { kind: "column", name: "place" }, direction: "asc" }],
  };
  const answer = await engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query }));
  return answer.rows.map((row) => row[0]);
}

function expected(type: string, transform: string, value: string | null): string | null {
  const parsed = parseTransform(transform);
  const result = parsed === undefined ? undefined : transformResultType(parsed, type);
  const made = transformValue(transform, type, value === null ? null : (encodeValue(type, value) ?? null));
  return made === null || result === undefined ? null : decodeValue(result, made);
}

const WHOLE = ["0", "1", "-1", "34", "-34", "2147483647", "-2147483648", "1000000007", "-65537"];
const LONGS = [...WHOLE, "9223372036854775807", "-9223372036854775807", "4294967295", "-4294967296", "81985529216486895"];
const DATES = ["1970-01-01", "1969-12-31", "2017-11-16", "0001-01-01", "9999-12-31", "2000-02-29", "1900-03-01"];
const TIMES = ["00:00:00", "22:31:08", "23:59:59.999999"];
const STAMPS = DATES.flatMap((date) => TIMES.map((time) => `${date} ${time}`));
const DECIMALS = [
  "0.00",
  "14.20",
  "-14.20",
  "1.27",
  "1.28",
  "-1.28",
  "-1.29",
  "327.67",
  "327.68",
  "-327.69",
  "83886.07",
  "-83886.09",
  "9999999.99",
  "-9999999.99",
];
const WIDE = [
  "0.0001",
  "-0.0001",
  "214748.3648",
  "-214748.3649",
  "54975581.3888",
  "-14073748835.5329",
  "36028797018963.9680",
  "99999999999999.9999",
  "-99999999999999.9999",
];
const TEXTS = ["", "a", "ab", "abc", "abcd", "iceberg", "ä", "😀é", "granary ".repeat(9), "0x", "\u0001"];
const BYTES = ["", "00", "FF", "00010203", "FFFEFDFC", "0001020304", "80".repeat(31)];
const UUIDS = ["f79c3e09-677c-4bbd-a479-3f349cb785e7", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"];

const VALUES: Readonly<Record<string, readonly string[]>> = {
  int: WHOLE,
  long: LONGS,
  "decimal(9, 2)": DECIMALS,
  "decimal(18, 4)": WIDE,
  date: DATES,
  time: TIMES,
  timestamp: STAMPS,
  timestamptz: STAMPS.map((stamp) => `${stamp}+00`),
  string: TEXTS,
  uuid: UUIDS,
  "fixed[4]": ["00010203", "FFFEFDFC"],
  binary: BYTES,
};

const TRANSFORMS = ["identity", "bucket[16]", "bucket[1000003]", "truncate[3]", "truncate[10]", "year", "month", "day", "hour", "void"];
const cases = Object.keys(VALUES).flatMap((type) =>
  TRANSFORMS.filter((name) => {
    const parsed = parseTransform(name);
    const isHidden = name === "identity" && (type === "binary" || type.startsWith("fixed"));
    return !isHidden && parsed !== undefined && transformResultType(parsed, type) !== undefined;
  }).map((transform) => [transform, type] as const),
);

describe("the engine computes the same as the specification", () => {
  it.each(cases)("%s of %s", async (transform, type) => {
    const values = [...(VALUES[type] ?? []), null];
    expect(await computed(type, transform, values)).toEqual(values.map((value) => expected(type, transform, value)));
  });

  it("but has no buckets for decimals of more than 18 digits", async () => {
    await expect(computed("decimal(19, 0)", "bucket[4]", ["1"])).rejects.toThrow(expect.objectContaining({ code: "lake.unsupported" }));
  });
});
