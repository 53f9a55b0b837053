import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, cast, createEngine, type Engine, literal, column } from "@granary/engine";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeValue, toSqlType, transformResultType, parseTransform, transformValue } from "../iceberg/index.ts";
import { transformExpression } from "./transform-expression.ts";

let dir: string;
let engine: Engine;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "granary-transform-"));
  engine = createEngine({ tempRoot: dir });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const TIMES = ["1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "1582-10-15 05:06:07.000001", "2026-11-21 15:00:00", "9999-12-31 23:59:59"];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  int: ["0", "1", "-1", "9", "-9", "34", "2147483647", "-2147483648"],
  long: ["0", "1", "-1", "9", "-9", "34", "9223372036854775807", "-9223372036854775807", "4294967295", "4294967296", "-4294967296"],
  "decimal(9, 2)": ["0.00", "0.01", "-0.01", "10.65", "-10.65", "9999999.99"],
  /** Up to and past the border of each number of bytes. */
  "decimal(18, 4)": [
    "0.0127",
    "0.0128",
    "-0.0128",
    "-0.0129",
    "3.2768",
    "-838.8609",
    "214748.3648",
    "-214748.3649",
    "54975581.3888",
    "-14073748835.5329",
    "99999999999999.9999",
  ],
  "decimal(38, 0)": ["0", "-1", "12345678901234567890123456789012345678"],
  date: ["1969-12-31", "1970-01-01", "1582-10-15", "2026-11-21", "9999-12-31"],
  time: ["00:00:00", "22:31:08", "23:59:59.999999"],
  timestamp: TIMES,
  timestamptz: TIMES.map((time) => `${time}+00`),
  string: ["", "a", "ab", "abc", "abcd", "abcdefg", "ice😀berg ünï", "x".repeat(300)],
  uuid: ["00000000-0000-0000-0000-000000000000", "f79c3e09-677c-4bbd-a479-3f349cb785e7", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
  /** In hexadecimal, as the engine reports and takes them here. */
  binary: ["", "00010203", "FFFE", "6162636465"],
};
const TRANSFORMS = ["identity", "bucket[16]", "bucket[1000003]", "truncate[1]", "truncate[10]", "year", "month", "day", "hour"];

const cases = Object.entries(VALUES).flatMap(([type, values]) =>
  TRANSFORMS.filter((transform) => {
    const parsed = parseTransform(transform);
    return parsed !== undefined && transformResultType(parsed, type) !== undefined && !(parsed.kind === "bucket" && type === "decimal(38, 0)");
  }).map((transform) => [transform, type, values] as const),
);

it.each(cases)("computes %s of %s in the engine as the specification does", async (transform, type, values) => {
  const schema = { type: "struct", "schema-id": 0, fields: [{ id: 1, name: "v", required: false, type }] } as const;
  const expression = transformExpression(schema, { "source-id": 1, transform });
  const parsed = parseTransform(transform);
  const resultType = parsed === undefined ? undefined : transformResultType(parsed, type);
  const isBinary = (of: string | undefined): boolean => of === "binary";
  const value = isBinary(type) ? call("decode_hex", column("text")) : cast(column("text"), toSqlType(type) ?? { kind: "text" });
  const result = isBinary(resultType) ? call("encode_hex", expression) : cast(expression, { kind: "text" });
  const { rows } = await engine.use({ kind: "read" }, (session) =>
    session.run({
      kind: "query",
      query: {
        kind: "select",
        items: [{ expression: result, as: "result" }],
        from: {
          kind: "query",
          query: {
            kind: "select",
            items: [{ expression: value, as: "v" }],
            from: { kind: "values", columns: [{ name: "text", type: { kind: "text" } }], rows: [...values, null].map((value) => [literal(value)]) },
          },
        },
      },
    }),
  );
  const encode = (of: string, text: unknown): string | undefined => encodeValue(of, String(text))?.toString("base64");
  const found = rows.map(([text]) => (text === null ? null : encode(resultType ?? "", text)));
  const wanted = values.map((value) => transformValue(transform, type, encodeValue(type, value) ?? null)?.toString("base64"));
  expect(found).toEqual([...wanted, null]);
});
