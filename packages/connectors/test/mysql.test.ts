import { readdir } from "node:fs/promises";
import { CONNECTORS, type StreamState } from "@granary/connectors";
import { type MariadbSource, startMariadbSource } from "@granary/testkit/sources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { itReads, type SourceUnderTest } from "./kit/conformance.ts";
import { contextFor } from "./kit/connector-context.ts";
import { readChunks, request, type Row, rowsIn, stateAfter } from "./kit/read-all.ts";
import { itWritesTables, type TargetUnderTest } from "./kit/writes.ts";

const connector = CONNECTORS.mysql;

const ODD = `create table odd (
  id int primary key, name varchar(50), long_text longtext, tiny tinyint(1), large bigint, natural_number bigint unsigned, single float, double_one double, exact decimal(20,4),
  huge decimal(65,30), flags bit(8), day date, clock time(6), moment datetime(6), instant timestamp(6) null, year_one year, bytes varbinary(20), doc json, choice enum('a','b'), choices set('x','y'),
  key_one uuid, spot point, \`Odd "name, x\` text) default charset utf8mb4`;

const ROWS = [
  `(1, 'plain', 'line\nbreak, "quoted" \\\\ tab\t', 1, 9223372036854775807, 18446744073709551615, 0.1, 0.1, 1.5, 12345678901234567890123456789012345.000000000000000000000000000001, b'10000001',
    '2026-01-31', '-12:34:56.789', '2026-01-31 12:34:56.123456', '2026-01-31 12:34:56.5', 2026, x'00ff61', '{"a": [1, "x,y"]}', 'b', 'x,y', '00000000-0000-0000-0000-000000000001', point(1, 2), 'named')`,
  `(2, '', 'ä€𝄞', 0, -9223372036854775808, 0, -1e38, 1.7976931348623157e308, -0.0001, 0, b'0', '1000-01-01', '838:59:59', '9999-12-31 23:59:59.999999', '1970-01-01 00:00:01', 1901, x'', '""', '', '',
    null, null, '')`,
  `(3${", null".repeat(22)})`,
];

const EXPECTED = [
  [
    "1",
    "plain",
    'line\nbreak, "quoted" \\ tab\t',
    "1",
    "9223372036854775807",
    "18446744073709551615",
    "0.10000000149011612",
    "0.1",
    "1.5000",
    "12345678901234567890123456789012345.000000000000000000000000000001",
    "129",
    "2026-01-31",
    "-12:34:56.789000",
    "2026-01-31 12:34:56.123456",
    "2026-01-31 12:34:56.500000+00",
    "2026",
    "00ff61",
    '{"a": [1, "x,y"]}',
    "b",
    "x,y",
    "00000000-0000-0000-0000-000000000001",
    "POINT(1 2)",
    "named",
  ],
  [
    "2",
    "",
    "ä€𝄞",
    "0",
    "-9223372036854775808",
    "0",
    "-9.999999680285692e37",
    "1.7976931348623157e308",
    "-0.0001",
    "0.000000000000000000000000000000",
    "0",
    "1000-01-01",
    "838:59:59.000000",
    "9999-12-31 23:59:59.999999",
    "1970-01-01 00:00:01.000000+00",
    "1901",
    "",
    '""',
    "",
    "",
    null,
    null,
    "",
  ],
  ["3", ...Array.from({ length: 22 }, () => null)],
];

async function start(): Promise<SourceUnderTest> {
  const source = await startMariadbSource();
  await source.query(`set sql_mode = ''; ${ODD}; insert into odd values ${ROWS.join(", ")}; set sql_mode = default`);
  await source.query(
    "create table growing (id bigint auto_increment primary key, changed_at datetime not null default (date_format(now(), '%Y-%m-%d %H:00:00')), note text)",
  );
  await source.query("insert into growing (note) select repeat('x', 500) from seq_1_to_2000");
  await source.query("create view slow as select seq, sleep(0.01) as nap from seq_1_to_100000");
  const { config } = source;
  return {
    config,
    secrets: [config.password, "marker-5ecret"],
    odd: { stream: { namespace: "shop", name: "odd" }, rows: EXPECTED },
    growing: {
      stream: { namespace: null, name: "growing" },
      cursor: "changed_at",
      keys: ["id"],
      chunkBytes: 100_000,
      grow: async (count) => {
        await source.query(`insert into growing (note) select 'new' from seq_1_to_${count}`);
      },
    },
    slow: { stream: { namespace: null, name: "slow" } },
    wrong: [
      { what: "name", config: { ...config, host: "nowhere.invalid" }, step: "name", message: /name is not known/ },
      { what: "port", config: { ...config, port: 1 }, step: "network", message: /nothing listens on port 1/ },
      { what: "encryption", config: { ...config, encryption: "verified" }, step: "encryption", message: /does not offer encrypted/ },
      { what: "password", config: { ...config, password: "marker-5ecret" }, step: "credentials", message: /password is wrong/ },
      { what: "database", config: { ...config, database: "nothing" }, step: "permission", message: /may not use this database/ },
    ],
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

async function startTarget(): Promise<TargetUnderTest> {
  const source = await startMariadbSource();
  await source.query("create table strict (id int primary key, text varchar(5))");
  return {
    config: source.config,
    rows: async (table) => {
      const columns = await source.query<{ name: string; type: string }>(
        `select column_name as name, data_type as type from information_schema.columns where table_schema = 'shop' and table_name = '${table}' order by ordinal_position`,
      );
      const texts = columns
        .map(({ name, type }) => (type === "longblob" ? `hex(\`${name}\`)` : `cast(\`${name}\` as char)`))
        .map((text, index) => `${text} as c${index}`);
      return (await source.query<Record<string, string | null>>(`select ${texts.join(", ")} from \`${table}\` order by id`)).map((row) => Object.values(row));
    },
    breakAfter: (bytes) => source.proxy.breakAfter(bytes),
    strict: "strict",
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

const WRITTEN: readonly Row[] = [
  ["1", 'a "b", c\nd\te\\ f', "1", "1.5000", "0.1", "2026-01-31", "2026-01-31 12:00:00.500000", "2026-01-31 11:00:00.000000", "00FF61", '{"a": [1]}'],
  ["2", "", "0", "-0.0001", "-2", "1000-01-01", "1000-01-01 00:00:00.000000", "1970-01-01 00:00:01.000000", "", "[]"],
  ["3", "ä€𝄞", null, null, null, null, null, null, null, null],
];

describe("mysql", () => {
  let source: MariadbSource;
  beforeAll(async () => {
    source = await startMariadbSource();
  });
  afterAll(async () => source[Symbol.asyncDispose]());

  async function readOn(name: string, state: StreamState | null) {
    await using context = await contextFor(source.config);
    const chunks = await readChunks(connector, context, request({ name }, { mode: "incremental", cursor: "at", state }));
    return { rows: rowsIn(chunks), state: stateAfter(chunks, state) };
  }

  it("tells rows of one value apart that have no key", async () => {
    await source.query("create table same (at date, mark varchar(9)); insert into same values ('2026-01-31', 'x'), ('2026-01-31', 'x'), (null, 'none')");
    const first = await readOn("same", null);
    expect(first.rows).toHaveLength(3);
    await source.query("insert into same values ('2026-01-31', 'x'), ('2026-01-31', '\\'y'), ('2026-01-30', 'late'), ('2026-02-01', 'z')");
    const second = await readOn("same", first.state);
    expect(second.rows).toHaveLength(3);
    expect(new Set(second.rows.map(([, mark]) => mark))).toEqual(new Set(["'y", "x", "z"]));
    expect((await readOn("same", second.state)).rows).toEqual([]);
  });

  it("refuses to guess which of very many rows of one value are new", async () => {
    await source.query("create table many (id int primary key, at int); insert into many select seq, 1 from seq_1_to_3000");
    const first = await readOn("many", null);
    expect(first.rows).toHaveLength(3_000);
    expect((await readOn("many", first.state)).rows).toEqual([]);
    await source.query("insert into many values (3001, 1)");
    await expect(readOn("many", first.state)).rejects.toMatchObject({ code: "connection.data_invalid" });
  });

  it("says that the connection broke in the middle, and leaves no file behind", async () => {
    await source.query("create table large as select seq, repeat('x', 500) as note from seq_1_to_20000");
    await using context = await contextFor(source.config);
    source.proxy.breakAfter(2_000_000);
    await expect(readChunks(connector, context, request({ name: "large" }, { chunkBytes: 1 << 30 }))).rejects.toMatchObject({ code: "connection.lost" });
    source.proxy.breakAfter(Number.POSITIVE_INFINITY);
    expect(await readdir(context.folder)).toEqual([]);
    expect(rowsIn(await readChunks(connector, context, request({ name: "large" })))).toHaveLength(20_000);
  });
});

describe("mysql as a source", () => {
  itReads(connector, start);
});
describe("mysql as a destination", () => {
  itWritesTables(connector, startTarget, WRITTEN);
});
