import { readdir } from "node:fs/promises";
import { CONNECTORS, type StreamState } from "@granary/connectors";
import { type PostgresSource, startPostgresSource } from "@granary/testkit/sources";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { itReads, type SourceUnderTest } from "./kit/conformance.ts";
import { contextFor } from "./kit/connector-context.ts";
import { readChunks, request, type Row, rowsIn, stateAfter } from "./kit/read-all.ts";
import { itWritesTables, type TargetUnderTest } from "./kit/writes.ts";

const connector = CONNECTORS.postgresql;

const ODD = `create table odd (
  id int primary key, text text, varying varchar(10), fixed char(4), small int2, large int8, single float4, double float8, exact numeric(20,4), any_number numeric,
  yes bool, day date, clock time, moment timestamp, instant timestamptz, span interval, key uuid, bytes bytea, doc json, docb jsonb, list int[], texts text[],
  mood mood, positive positive, network inet, pair pair, "Odd ""name, x" text)`;

const ROWS = [
  `(1, 'plain', 'x', 'ab', 1, 9223372036854775807, 1.5, 0.1, 1.5, 123456789012345678901234567890.0123456789, true, '2026-01-31', '12:34:56.789', '2026-01-31 12:34:56.123456',
    '2026-01-31 12:34:56+02', '1 day 2 hours', '00000000-0000-0000-0000-000000000001', '\\\\x00ff61', '{"a": [1, "x,y"]}', '{"b": null}', '{1,NULL,3}', '{"a","b\\"c",NULL}',
    'fine', 5, '10.0.0.1/8', row(1, 'a,"b'), 'named')`,
  `(2, '', '', '', -32768, -9223372036854775808, 'NaN', 'NaN', 'NaN', 'NaN', false, '0044-03-15 BC', '00:00', '0044-03-15 12:00:00 BC', '0044-03-15 12:00:00+00 BC', null, null,
    '', '""', '"\\u00e4"', '{}', '{}', null, null, null, null, '')`,
  `(3, e'line\\nbreak, "quoted" \\\\ tab\\t', 'ä€𝄞', 'ab', 0, 0, 'Infinity', '-Infinity', 0, 0, null, 'infinity', '23:59:59.999999', '-infinity', 'infinity', null, null, null, null,
    null, null, null, null, null, null, null, null)`,
];

const EXPECTED = [
  [
    "1",
    "plain",
    "x",
    "ab  ",
    "1",
    "9223372036854775807",
    "1.5",
    "0.1",
    "1.5000",
    "123456789012345678901234567890.0123456789",
    "true",
    "2026-01-31",
    "12:34:56.789",
    "2026-01-31 12:34:56.123456",
    "2026-01-31 10:34:56+00",
    "P1DT2H",
    "00000000-0000-0000-0000-000000000001",
    "00ff61",
    '{"a": [1, "x,y"]}',
    '{"b": null}',
    "[1,null,3]",
    '["a","b\\"c",null]',
    "fine",
    "5",
    "10.0.0.1/8",
    '{"one":1,"two":"a,\\"b"}',
    "named",
  ],
  [
    "2",
    "",
    "",
    "    ",
    "-32768",
    "-9223372036854775808",
    "NaN",
    "NaN",
    "NaN",
    "NaN",
    "false",
    "0044-03-15 (BC)",
    "00:00:00",
    "0044-03-15 12:00:00 (BC)",
    "0044-03-15 12:00:00+00 (BC)",
    null,
    null,
    "",
    '""',
    '"ä"',
    "[]",
    "[]",
    null,
    null,
    null,
    null,
    "",
  ],
  [
    "3",
    'line\nbreak, "quoted" \\ tab\t',
    "ä€𝄞",
    "ab  ",
    "0",
    "0",
    "Infinity",
    "-Infinity",
    "0.0000",
    "0",
    null,
    "infinity",
    "23:59:59.999999",
    "-infinity",
    "infinity",
    ...Array.from({ length: 12 }, () => null),
  ],
];

async function fill(source: PostgresSource): Promise<void> {
  await source.query("create type mood as enum ('fine', 'bad'); create domain positive as int check (value > 0); create type pair as (one int, two text)");
  await source.query(`${ODD}; insert into odd values ${ROWS.join(", ").replaceAll("\\\\x", "\\x")}`);
  await source.query(
    "create table growing (id bigint generated always as identity primary key, changed_at timestamptz not null default date_trunc('minute', now()), note text)",
  );
  await source.query("insert into growing (note) select repeat('x', 500) from generate_series(1, 5000)");
  await source.query("create view slow as select i, pg_sleep(0.01)::text as nap from generate_series(1, 100000) i");
}

async function start(): Promise<SourceUnderTest> {
  const source = await startPostgresSource();
  await fill(source);
  const { config } = source;
  return {
    config,
    secrets: [config.password, "marker-5ecret"],
    odd: { stream: { namespace: "public", name: "odd" }, rows: EXPECTED },
    growing: {
      stream: { namespace: "public", name: "growing" },
      cursor: "changed_at",
      keys: ["id"],
      chunkBytes: 100_000,
      grow: async (count) => {
        await source.query("insert into growing (note) select 'new' from generate_series(1, $1)", [count]);
      },
    },
    slow: { stream: { namespace: "public", name: "slow" } },
    wrong: [
      { what: "name", config: { ...config, host: "nowhere.invalid" }, step: "name", message: /name is not known/ },
      { what: "port", config: { ...config, port: 1 }, step: "network", message: /nothing listens on port 1/ },
      { what: "encryption", config: { ...config, encryption: "verified" }, step: "encryption", message: /does not offer encrypted/ },
      { what: "password", config: { ...config, password: "marker-5ecret" }, step: "credentials", message: /password is wrong/ },
      { what: "no password", config: { ...config, password: "" }, step: "credentials", message: /password/ },
      { what: "database", config: { ...config, database: "nothing" }, step: "database", message: /no such database/ },
    ],
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

async function connectAgain({ config }: PostgresSource): Promise<pg.Client> {
  const client = new pg.Client({ host: config.host, port: config.port, database: config.database, user: config.user, password: config.password });
  await client.connect();
  return client;
}

async function startTarget(): Promise<TargetUnderTest> {
  const source = await startPostgresSource();
  await source.query("create table strict (id int primary key, text varchar(5))");
  return {
    config: source.config,
    rows: async (table) => {
      const columns = await source.query<{ name: string }>(
        "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum",
        [table],
      );
      const texts = columns.map(({ name }) => `"${name}"::text`).join(", ");
      return (await source.query<{ row: Row }>(`select array[${texts}] as row from ${table} order by id`)).map(({ row }) => row);
    },
    breakAfter: (bytes) => source.proxy.breakAfter(bytes),
    strict: "strict",
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

const WRITTEN: readonly Row[] = [
  ["1", 'a "b", c\nd\te\\ f', "true", "1.5000", "0.1", "2026-01-31", "2026-01-31 12:00:00.5", "2026-01-31 11:00:00+00", "\\x00ff61", '{"a": [1]}'],
  ["2", "", "false", "-0.0001", "-2", "1000-01-01", "1000-01-01 00:00:00", "1970-01-01 00:00:01+00", "\\x", "[]"],
  ["3", "ä€𝄞", null, null, null, null, null, null, null, null],
];

describe("postgresql", () => {
  let source: PostgresSource;
  beforeAll(async () => {
    source = await startPostgresSource();
  });
  afterAll(async () => source[Symbol.asyncDispose]());

  async function readOn(name: string, state: StreamState | null) {
    await using context = await contextFor(source.config);
    const chunks = await readChunks(connector, context, request({ name }, { mode: "incremental", cursor: "at", state }));
    return { rows: rowsIn(chunks), state: stateAfter(chunks, state) };
  }

  it("never signs in with a password of the program's own", async () => {
    process.env.PGPASSWORD = source.config.password;
    await using context = await contextFor({ ...source.config, password: "" });
    const steps = await connector.check(context);
    delete process.env.PGPASSWORD;
    expect(steps.find(({ state }) => state === "failed")).toMatchObject({ name: "credentials" });
  });

  it("tells rows of one value apart that have no key, and reads those without a value first", async () => {
    await source.query("create table same (at date, note text); insert into same values ('2026-01-31', 'x'), ('2026-01-31', 'x'), (null, 'none')");
    const first = await readOn("same", null);
    expect(first.rows).toHaveLength(3);
    await source.query("insert into same values ('2026-01-31', 'x'), ('2026-01-31', 'x'), ('2026-01-30', 'late')");
    const second = await readOn("same", first.state);
    expect(second.rows).toEqual([
      ["2026-01-31", "x"],
      ["2026-01-31", "x"],
    ]);
    expect((await readOn("same", second.state)).rows).toEqual([]);
  });

  it("reads what was committed only after the last read, though it has the same value", async () => {
    await source.query("create table open (at int, note text); insert into open values (1, 'seen')");
    const other = await connectAgain(source);
    await other.query("begin; insert into open values (1, 'open')");
    const first = await readOn("open", null);
    await other.query("commit");
    await other.end();
    expect((await readOn("open", first.state)).rows).toEqual([["1", "open"]]);
  });

  it("refuses to guess which rows of a view are new", async () => {
    await source.query("create table below (at int, note text); insert into below values (1, 'a'); create view above as select * from below");
    const first = await readOn("above", null);
    expect((await readOn("above", first.state)).rows).toEqual([]);
    await source.query("insert into below values (1, 'b')");
    await expect(readOn("above", first.state)).rejects.toMatchObject({ code: "connection.data_invalid" });
  });

  it("tells the columns that are there, and of tables that are gone", async () => {
    await source.query("create table few (a int, b text); insert into few values (1, 'x')");
    await using context = await contextFor(source.config);
    const messages = [];
    for await (const message of connector.read?.(context, request({ name: "few" }, { columns: ["b", "gone"] })) ?? []) messages.push(message);
    expect(messages[0]).toEqual({ type: "columns", columns: [{ name: "b", type: "text" }] });
    await expect(readChunks(connector, context, request({ name: "nothing" }))).rejects.toMatchObject({ code: "connection.stream_not_found" });
    await expect(readChunks(connector, context, request({ name: "few" }, { columns: ["gone"] }))).rejects.toMatchObject({ code: "connection.data_invalid" });
  });

  it("says that the connection broke in the middle, and leaves no file behind", async () => {
    await source.query("create table large as select i, repeat('x', 500) as note from generate_series(1, 20000) i");
    await using context = await contextFor(source.config);
    source.proxy.breakAfter(2_000_000);
    await expect(readChunks(connector, context, request({ name: "large" }, { chunkBytes: 1 << 30 }))).rejects.toMatchObject({ code: "connection.lost" });
    source.proxy.breakAfter(Number.POSITIVE_INFINITY);
    expect(await readdir(context.folder)).toEqual([]);
    expect(rowsIn(await readChunks(connector, context, request({ name: "large" })))).toHaveLength(20_000);
  });

  it("carries rows larger than its buffers", async () => {
    await source.query("create table huge as select i, repeat(chr(64 + i), 3000000) as note from generate_series(1, 5) i");
    await using context = await contextFor(source.config);
    const chunks = await readChunks(connector, context, request({ name: "huge" }));
    expect(rowsIn(chunks).map(([id, note]) => `${id} ${note?.length} ${note?.[0]}`)).toEqual([
      "1 3000000 A",
      "2 3000000 B",
      "3 3000000 C",
      "4 3000000 D",
      "5 3000000 E",
    ]);
  });
});

describe("postgresql as a source", () => {
  itReads(connector, start);
});
describe("postgresql as a destination", () => {
  itWritesTables(connector, startTarget, WRITTEN);
});
