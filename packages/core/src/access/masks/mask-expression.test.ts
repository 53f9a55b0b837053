import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  call,
  cast,
  column,
  createEngine,
  type Engine,
  type Expression,
  isRowExpression,
  literal,
  type SqlType,
  structPack,
  typedLiteral,
} from "@granary/engine";
import { type Mask, MASK_KINDS, MASKS, parseMask, REDACTED } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkMask } from "./check-mask.ts";
import { workspaceMaskKey } from "./keys.ts";
import { maskExpression } from "./mask-expression.ts";

const KEY = Buffer.alloc(32);
const TEXT: SqlType = { kind: "text" };
const BIGINT: SqlType = { kind: "bigint" };

let engine: Engine;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "granary-masks-"));
  engine = createEngine({ tempRoot: join(dir, "engine") });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

interface Options {
  readonly type?: SqlType;
  readonly key?: Buffer;
  readonly scope?: string;
}

/** What a mask shows of values: computed over rows, so that nothing is known before they are. */
async function shown(
  mask: Mask | string,
  values: readonly (Expression | string | number | bigint | null)[],
  options: Options = {},
): Promise<readonly unknown[]> {
  const { type = TEXT, key = KEY, scope = "" } = options;
  const rows = values.map((value, index) => [literal(index), typeof value === "object" && value !== null ? value : literal(value)]);
  const from = {
    kind: "values",
    columns: [
      { name: "n", type: BIGINT },
      { name: "v", type },
    ],
    rows,
  } as const;
  const expression = maskExpression({ mask: typeof mask === "string" ? parseMask(mask) : mask, value: column("v"), type, key, scope });
  expect(isRowExpression(expression)).toBe(true);
  const orderBy = [{ expression: column("n"), direction: "asc" }] as const;
  const { rows: found } = await engine.use({ kind: "read" }, (session) =>
    session.run({ kind: "query", query: { kind: "select", items: [{ expression, as: "shown" }], from, orderBy } }),
  );
  return found.map(([value]) => value ?? null);
}

const TYPES: Readonly<Record<string, SqlType>> = {
  text: TEXT,
  integer: BIGINT,
  date: { kind: "date" },
  boolean: { kind: "boolean" },
};

describe("the catalogue of masks", () => {
  it.each(MASK_KINDS)("shows its example: %s", async (kind) => {
    const { example, fits } = MASKS[kind];
    const type = TYPES[kind === "redact" || kind === "constant" || kind === "null" ? "text" : (fits[0] ?? "text")] ?? TEXT;
    const [found] = await shown(example.mask, [cast(literal(example.value), type)], { type });
    expect(String(found ?? "")).toBe(example.shown);
  });
});

/** Every one of these must come out of every mask that looks at forms as eight asterisks. */
const MALFORMED: readonly string[] = [
  "",
  " ",
  "\n",
  "\0",
  "*",
  "not what was expected",
  "secret@",
  "@secret.com",
  "secret@secret",
  "se cret@example.com",
  "secret@exam ple.com",
  "secret@@example.com",
  "a@b@example.com",
  '"john@doe"@example.com',
  '"john doe"@example.com',
  "john@example.com\nsecret",
  "john@example.com, jane@example.com",
  "John Doe <john@example.com>",
  "john@1.2.3.4",
  "john@[192.168.1.1]",
  "john@example..com",
  "john@.example.com",
  `${"a".repeat(250)}@example.com`,
  "٠١٢٣٤٥٦٧٨٩",
  "１２３-４５-６７８９",
  "555-1234",
  "12-34",
  "123-45-678",
  "123-45-67890",
  "123-45-6789x",
  "123-45-6789\n",
  " 123-45-6789",
  "1234 5678 9012",
  "1234-5678-9012-3456-7890-1",
  "4111 1111 1111 111a",
  "256.1.1.1",
  "1.2.3",
  "1.2.3.4.5",
  "01.02.03.04",
  "192.168.1.1 secret",
  "12:34:56",
  "00:1a:2b:3c:4d:5e",
  "2001:db8:secret::1",
  "2001:db8::1::2",
  "2001:db8",
  "1:2:3:4:5:6:7:8:9",
  "12345::1",
  ":::1",
  "<script>alert(1)</script>",
  "x".repeat(100_000),
];

const FORMS: Readonly<Record<string, (text: string) => boolean>> = {
  email: () => false,
  phone: (text) => /^[ \d.-]{7,}$/.test(text) && !/^\d+$/.test(text) && /^\d{7,15}$/.test(text.replaceAll(/[^\d]/g, "")),
  ssn: () => false,
  credit_card: () => false,
  ip: () => false,
};

describe("values without the form a mask is for", () => {
  it.each(Object.keys(FORMS))("are redacted whole: %s", async (mask) => {
    const values = MALFORMED.filter((text) => FORMS[mask]?.(text) !== true);
    expect(values.length).toBeGreaterThan(35);
    const found = await shown(mask, values);
    expect(values.filter((_, index) => found[index] !== REDACTED)).toEqual([]);
  });

  it("stay missing where they are missing, under every mask", async () => {
    for (const kind of MASK_KINDS) expect([kind, ...(await shown(MASKS[kind].example.mask, [null]))]).toEqual([kind, null]);
  });
});

describe("masks of texts", () => {
  it.each<[string, string, string]>([
    ["email", "john.doe@example.com", "jo***@example.com"],
    ["email", "bob@example.com", "b***@example.com"],
    ["email", "al@example.com", "a***@example.com"],
    ["email", "a@example.com", "***@example.com"],
    ["email", "JOHN+news@Mail.Example.CO.UK", "JO***@Mail.Example.CO.UK"],
    ["email", "o'brien@example.com", "o'***@example.com"],
    ["email", "jürgen@example.com", "jü***@example.com"],
    ["email", "jürgen@münchen.example", REDACTED],
    ["phone", "(555) 123-4567", "***-***-4567"],
    ["phone", "+49 30 1234567", "***-***-4567"],
    ["phone", "01 23 45 67 89", "***-***-6789"],
    ["phone", "5551234567", "***-***-4567"],
    ["phone", "555 123 45 6 7", "***-***-4567"],
    ["ssn", "123-45-6789", "***-**-6789"],
    ["ssn", "123456789", "***-**-6789"],
    ["ssn", "123 45 6789", "***-**-6789"],
    ["credit_card", "1234-5678-1234-9010", "****-****-****-9010"],
    ["credit_card", "1234567812349010", "****-****-****-9010"],
    ["credit_card", "3782 822463 10005", "****-****-****-0005"],
    ["name", "John Doe", "J*** D***"],
    ["name", "John", "J***"],
    ["name", "Jean Claude Van Damme", "J*** C*** V*** D***"],
    ["name", "J Doe", "*** D***"],
    ["name", "M", "***"],
    ["name", "John D", "J*** ***"],
    ["name", "  Ada  Lovelace ", "A***  L***"],
    ["name", "E\u0301mile Zola", "E*** Z***"],
    ["name", "李 小龍", "*** 小***"],
    ["name", "Doe\nJohn", "D***"],
    ["name", "", REDACTED],
    ["name", "   ", REDACTED],
    ["name", "word ".repeat(40), REDACTED],
    ["ip", "192.168.1.10", "192.168.***.**"],
    ["ip", "0.0.0.0", "0.0.***.**"],
    ["ip", "255.255.255.255", "255.255.***.**"],
    ["ip", "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "2001:0db8:***"],
    ["ip", "2001:DB8::1", "2001:DB8:***"],
    ["ip", "fe80::1%eth0", "fe80::***"],
    ["ip", "::1", "::***"],
    ["ip", "::", "::***"],
    ["ip", "::ffff:192.168.1.1", "::***"],
    ["ip", "64:ff9b::192.0.2.33", "64:ff9b:***"],
    ["redact", "", REDACTED],
    ["custom:\\d => #", "card 1234 of John", "card #### of John"],
    ["custom:\\d => #", "no digits", REDACTED],
    ["custom:^(..).*$ => \\1***", "DE4401", "DE***"],
    ["custom:^(..).*$ => \\1***", "D", REDACTED],
    ["constant:withheld", "", "withheld"],
  ])("%s of %j is %j", async (mask, value, expected) => expect(await shown(mask, [value])).toEqual([expected]));

  it("take numbers for the texts of their digits, and redact other types", async () => {
    expect(await shown("phone", [5551234567n], { type: BIGINT })).toEqual(["***-***-4567"]);
    expect(await shown("ssn", [123456789, -1], { type: BIGINT })).toEqual(["***-**-6789", REDACTED]);
    expect(
      await shown("credit_card", [typedLiteral({ kind: "decimal", precision: 18, scale: 0 }, "1234567812349010")], {
        type: { kind: "decimal", precision: 18, scale: 0 },
      }),
    ).toEqual(["****-****-****-9010"]);
    expect(await shown("email", [7], { type: BIGINT })).toEqual([REDACTED]);
    expect(await shown("numeric_round", ["12345"])).toEqual([REDACTED]);
    expect(await shown("date_truncate", ["2024-05-06"])).toEqual([REDACTED]);
  });

  it("take a pattern that would stop other engines in a moment", async () => {
    const mask: Mask = { kind: "regex", pattern: "^(a+)+$", replacement: "x" };
    await checkMask(engine, mask);
    expect(await shown(mask, [`${"a".repeat(9_000)}!`, "aaa", "a".repeat(20_000)])).toEqual([REDACTED, "x", REDACTED]);
  });

  it.each(["(", "a{2000}", "(?=x)", "\\1", "(?P<x", "x*", "", "a|"])("do not take the pattern %j", async (pattern) => {
    await expect(checkMask(engine, { kind: "regex", pattern, replacement: "" })).rejects.toMatchObject({ code: "mask.invalid" });
  });
});

describe("keyed masks", () => {
  it("show the same for equal values, and something else under every other key, kind and scope", async () => {
    const values = ["john@example.com", "jane@example.com", "john@example.com"];
    const ours = await shown("token", values);
    expect(ours[0]).toMatch(/^tok_[0-9a-f]{16}$/);
    expect([ours[0] === ours[2], ours[0] === ours[1]]).toEqual([true, false]);
    const others = [
      await shown("token", values, { key: workspaceMaskKey(KEY, "ws_1") }),
      await shown("token", values, { key: workspaceMaskKey(KEY, "ws_2") }),
      await shown("token", values, { scope: "other" }),
      (await shown("hash", values)).map((hash) => `tok_${String(hash)}`),
    ];
    const heads = [ours, ...others].map(([first]) => String(first).slice(0, 16));
    expect(new Set(heads).size).toBe(heads.length);
    expect(await shown("hash", values)).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/), expect.any(String), expect.any(String)]);
  });

  it("show the same for a number and its text, so that joins of the two survive", async () => {
    expect(await shown("token", [42], { type: BIGINT })).toEqual(await shown("token", ["42"]));
  });

  it("redact booleans, whose two values are no secret", async () => {
    for (const mask of ["token", "hash", "format_preserving"])
      expect(await shown(mask, [literal(true), literal(false)], { type: { kind: "boolean" } })).toEqual([REDACTED, REDACTED]);
  });

  it("keep the form of a text and no character that tells anything", async () => {
    const [phone, name, again, long, empty, marks, kanji] = await shown("format_preserving", [
      "+1 (555) 123-4567",
      "Anna-Maria O'Neill",
      "Anna-Maria O'Neill",
      "x".repeat(5_000),
      "",
      "--",
      "Émile É 漢字 １２",
    ]);
    expect(phone).toMatch(/^\+\d \(\d{3}\) \d{3}-\d{4}$/);
    expect(name).toMatch(/^[A-Z][a-z]{3}-[A-Z][a-z]{4} [A-Z]'[A-Z][a-z]{4}$/);
    expect(again).toBe(name);
    expect([long, empty, marks]).toEqual([REDACTED, REDACTED, REDACTED]);
    expect(kanji).toMatch(/^[A-Z][a-z]{4} [A-Z] [a-z]{2} [a-z]{2}$/);
    const digits = await shown(
      "format_preserving",
      Array.from({ length: 200 }, (_, index) => 1_000_000 + index),
      { type: BIGINT },
    );
    expect(digits.every((text) => /^\d{7}$/.test(String(text)))).toBe(true);
    expect(new Set(digits).size).toBeGreaterThan(195);
  });
});

describe("rounded numbers", () => {
  const decimal = (precision: number, scale: number): SqlType => ({ kind: "decimal", precision, scale });
  const nines = "9".repeat(38);

  it.each<[SqlType, number, readonly string[], readonly unknown[]]>([
    [
      { kind: "integer" },
      2,
      ["12345", "12350", "-12350", "49", "50", "-49", "0", "2147483647", "-2147483648"],
      [12300, 12400, -12400, 0, 100, 0, 0, 2147483600, -2147483600],
    ],
    [{ kind: "integer" }, 9, ["2147483647", "1500000000"], [2000000000, 2000000000]],
    [{ kind: "integer" }, 10, ["2147483647", "-1"], [0, 0]],
    [BIGINT, 2, ["12345", "9223372036854775807", "-9223372036854775808"], ["12300", "9223372036854775800", "-9223372036854775800"]],
    [BIGINT, 15, ["9223372036854775807"], ["9223000000000000000"]],
    [decimal(9, 2), 2, ["12345.67", "-12350.00", "9999999.99"], ["12300.00", "-12400.00", "9999900.00"]],
    [decimal(3, 2), 2, ["9.99"], ["0.00"]],
    [decimal(4, 1), 2, ["999.9", "50.0"], ["900.0", "100.0"]],
    [decimal(38, 0), 3, [nines, `-${nines}`], [`${"9".repeat(35)}000`, `-${"9".repeat(35)}000`]],
    [decimal(38, 37), 1, ["9.9"], [`0.${"0".repeat(37)}`]],
    [{ kind: "double" }, 2, ["12345.6", "-12350", "nan", "inf", "-inf", "1e308", "1e-300"], [12300, -12400, 0, 0, 0, 1e308, 0]],
    [{ kind: "float" }, 2, ["12345", "nan", "3.4028235e38"], [12300, 0, expect.any(Number)]],
  ])("%j by %d digits", async (type, digits, values, expected) => {
    const found = await shown(
      { kind: "numeric_round", digits },
      values.map((value) => cast(literal(value), type)),
      { type },
    );
    expect(found).toEqual(expected);
  });
});

describe("cut dates", () => {
  it.each<[SqlType["kind"], string, readonly string[], readonly unknown[]]>([
    [
      "date",
      "month",
      ["2024-02-29", "0044-03-15 (BC)", "9999-12-31", "infinity", "-infinity", "5881580-07-10"],
      ["2024-02-01", "0044-03-01 (BC)", "9999-12-01", null, null, null],
    ],
    ["date", "quarter", ["2024-02-29", "2024-12-31"], ["2024-01-01", "2024-10-01"]],
    ["date", "year", ["2024-02-29"], ["2024-01-01"]],
    [
      "timestamp",
      "month",
      ["2024-02-29 13:14:15.678", "infinity", "290309-12-22 (BC) 00:00:00", "294247-01-10 04:00:54.775806"],
      ["2024-02-01 00:00:00", null, null, null],
    ],
    ["timestamptz", "year", ["2024-02-29 13:14:15+02", "infinity"], ["2024-01-01 00:00:00+00", null]],
  ])("%s to its %s", async (kind, unit, values, expected) => {
    const type = { kind } as SqlType;
    expect(
      await shown(
        `date_truncate:${unit}`,
        values.map((value) => cast(literal(value), type)),
        { type },
      ),
    ).toEqual(expected);
  });
});

describe("nested values", () => {
  const list: SqlType = { kind: "list", element: TEXT };
  const struct: SqlType = {
    kind: "struct",
    fields: [
      { name: "mail", type: TEXT },
      { name: "age", type: { kind: "integer" } },
      { name: "tags", type: list },
    ],
  };
  const map: SqlType = { kind: "map", key: TEXT, value: struct };
  const texts = (...values: readonly (string | null)[]): Expression => call("list_of", ...values.map(literal));
  const person = structPack([
    { name: "mail", value: literal("john.doe@example.com") },
    { name: "age", value: cast(literal(41), { kind: "integer" }) },
    { name: "tags", value: texts("a", null) },
  ]);

  it("are masked inside", async () => {
    expect(
      await shown(
        "email",
        [texts("john.doe@example.com", null, "x"), call("list_of"), null].map((value) => (value === null ? null : cast(value, list))),
        { type: list },
      ),
    ).toEqual([["jo***@example.com", null, REDACTED], [], null]);
    const inside = { mail: "jo***@example.com", age: REDACTED, tags: [REDACTED, null] };
    expect(await shown("email", [person, null], { type: struct })).toEqual([inside, null]);
    const people = call("map_of", texts("jane.doe@example.com"), call("list_of", person));
    expect(await shown("email", [people, null], { type: map })).toEqual([[{ key: "ja***@example.com", value: inside }], null]);
    expect(await shown("null", [people], { type: map })).toEqual([null]);
  });

  it("are masked inside each other, by every mask", async () => {
    const deep: SqlType = {
      kind: "list",
      element: { kind: "map", key: TEXT, value: { kind: "list", element: { kind: "struct", fields: [{ name: "m", type: map }] } } },
    };
    const people = call("map_of", texts("jane.doe@example.com"), call("list_of", person));
    const value = call("list_of", call("map_of", texts("john.doe@example.com"), call("list_of", call("list_of", structPack([{ name: "m", value: people }])))));
    for (const kind of MASK_KINDS) {
      const found = JSON.stringify(await shown(MASKS[kind].example.mask, [value], { type: deep }));
      expect([kind, /john\.doe|jane\.doe/.test(found)]).toEqual([kind, false]);
    }
  });
});

describe("every mask on every type", () => {
  const values: readonly (readonly [SqlType, readonly string[]])[] = [
    [{ kind: "boolean" }, ["true", "false"]],
    [{ kind: "integer" }, ["0", "-2147483648", "2147483647"]],
    [BIGINT, ["-9223372036854775808", "9223372036854775807"]],
    [{ kind: "float" }, ["nan", "inf", "-3.4e38"]],
    [{ kind: "double" }, ["nan", "-inf", "1.7976931348623157e308", "5e-324"]],
    [{ kind: "decimal", precision: 38, scale: 10 }, ["9999999999999999999999999999.9999999999", "-1"]],
    [{ kind: "date" }, ["0044-03-15 (BC)", "infinity", "5877642-06-25 (BC)"]],
    [{ kind: "time" }, ["00:00:00", "24:00:00"]],
    [{ kind: "timestamp" }, ["290309-12-22 (BC) 00:00:00", "infinity"]],
    [{ kind: "timestamptz" }, ["0044-03-15 (BC) 00:00:00+00", "-infinity"]],
    [{ kind: "uuid" }, ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]],
    [{ kind: "binary" }, ["", "\\x00\\xFF"]],
    [TEXT, ["", "\0", "\uFFFD", "\u202E", "'; --", "%s%n", "\\", "🏳️‍🌈", "a\u0300".repeat(300)]],
  ];

  it.each(values)("answers for %j, with one type", async (type, texts) => {
    for (const kind of MASK_KINDS) {
      const found = await shown(MASKS[kind].example.mask, [...texts.map((text) => cast(literal(text), type)), null], { type });
      expect([kind, found.length, found.at(-1)]).toEqual([kind, texts.length + 1, null]);
      const keepsType = ["date_truncate", "numeric_round", "null"].includes(kind);
      expect(found.slice(0, -1).every((value) => keepsType || (typeof value === "string" && value !== ""))).toBe(true);
    }
  });
});
