import { readFile } from "node:fs/promises";
import { createTestDatabase, type TestDatabase } from "@granary/testkit/postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectOwner } from "../owner-client.ts";
import { dumpSchema } from "./index.ts";
import { tableTypes } from "./table-types.ts";

let database: TestDatabase;

async function describeDatabase(sql = ""): Promise<{ schema: string; types: string }> {
  await using client = await connectOwner(database.connection, "test");
  await client.query(sql);
  return { schema: await dumpSchema(client), types: await tableTypes(client) };
}

const committed = (name: string): Promise<string> => readFile(new URL(`../${name}`, import.meta.url), "utf8");

test("the committed schema.sql and tables.gen.ts match the migrations", async () => {
  await using migrated = await createTestDatabase();
  await using client = await connectOwner(migrated.connection, "test");
  expect(await dumpSchema(client)).toBe(await committed("schema.sql"));
  expect(await tableTypes(client)).toBe(await committed("tables.gen.ts"));
});

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
});

afterEach(() => database[Symbol.asyncDispose]());

test("gives one text for one schema, whatever order it was made in", async () => {
  const one = "create table a (id integer primary key); create table b (id integer primary key, v text check (v <> '')); create index b_v on b (v);";
  const two =
    "create table b (v text check (v <> ''), id integer primary key); create index b_v on b (v); create table a (id integer primary key); alter table b drop column v, add column v text check (v <> '');";
  const first = await describeDatabase(one);
  await describeDatabase("drop table a, b");
  expect((await describeDatabase(`${two} create index b_v on b (v);`)).schema).toBe(first.schema);
});

test.each([
  ["a column's default", "alter table t alter column b set default 'x'"],
  ["a dropped not null", "alter table t alter column b drop not null"],
  ["a constraint", "alter table t add constraint positive check (a > 0)"],
  ["an index", "create index t_b on t (b) where a > 3"],
  ["row level security", "alter table t enable row level security"],
  ["a policy", "create policy p on t for select to public using (a > 1)"],
  ["a grant", "grant select (a) on t to pg_monitor"],
  ["a default privilege", "alter default privileges grant select on tables to pg_monitor"],
  ["a function's body", "create or replace function f() returns trigger language plpgsql as 'begin return old; end'"],
  ["a trigger", "create trigger g before update on t for each row execute function f()"],
  ["a view", "create view w as select a from t"],
  ["an enumeration", "create type colour as enum ('red')"],
  ["a sequence", "create sequence s start 5"],
])("shows a change of %s", async (_, change) => {
  const base =
    "create table t (a integer generated always as identity, b text not null); create function f() returns trigger language plpgsql as 'begin return new; end';";
  const before = await describeDatabase(base);
  expect((await describeDatabase(change)).schema).not.toBe(before.schema);
});

test("types columns as the driver delivers them", async () => {
  const { types } = await describeDatabase(`create type colour as enum ('red', 'blue'); create table all_kinds (
    id bigint generated always as identity, state text not null check (state in ('new', 'it''s done')), short varchar(9) check (short in ('a', 'b')),
    free text check (free in ('a', 'b') or free like 'c%'), colours colour[] not null, tags text[] not null default '{}', data jsonb, price numeric(9, 2) not null,
    day date not null default now(), at timestamptz not null default now());`);
  expect(types).toContain(`export interface AllKinds {
  id: GeneratedAlways<number>;
  state: "new" | "it's done";
  short: "a" | "b" | null;
  free: string | null;
  colours: ("red" | "blue")[];
  tags: Generated<string[]>;
  data: Json | null;
  price: Numeric;
  day: Generated<string>;
  at: Generated<Timestamp>;
}`);
});

test("refuses a column type nobody has decided about", async () => {
  await expect(describeDatabase("create table t (p point)")).rejects.toThrow(/t\.p has the type point/);
});

test("delivers bigint as number, date as text, and throws rather than round", async () => {
  await using client = await connectOwner(database.connection, "test");
  expect((await client.query("select 9007199254740991::bigint as n, '2026-02-28'::date as d")).rows).toEqual([{ n: Number.MAX_SAFE_INTEGER, d: "2026-02-28" }]);
  await expect(client.query("select 9007199254740993::bigint")).rejects.toThrow(/9007199254740993/);
});
