import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type GraphColumn, problem } from "@granary/protocol";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { ConnectorContext, WriteRequest, WriteResult } from "../connector.ts";
import { withClient } from "./open-client.ts";
import { quoteName, quoteTable } from "./quote.ts";

const TYPES: Readonly<Record<string, string>> = {
  text: "text",
  integer: "bigint",
  number: "double precision",
  boolean: "boolean",
  date: "date",
  time: "time",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  uuid: "uuid",
  binary: "bytea",
  json: "jsonb",
};

const sqlType = (type: string): string => TYPES[type] ?? type.replace("decimal", "numeric");

interface Target {
  readonly schema: string;
  readonly table: string;
}

interface Delivery {
  readonly client: pg.Client;
  readonly target: Target;
  readonly request: WriteRequest;
}

function targetOf(request: WriteRequest): Target {
  const { schema, table } = request.target;
  if (typeof table !== "string" || table === "") throw problem("connection.target_invalid", { reason: "it names no table" });
  return { schema: typeof schema === "string" && schema !== "" ? schema : "public", table };
}

/** Held until the transaction ends. */
async function lock(client: pg.Client, name: string): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [name]);
}

/** Deliveries that arrived, so that none is taken twice. In the schema of the target, where the user may write. */
async function takeDelivery({ client, target, request }: Delivery, rows: number): Promise<boolean> {
  const deliveries = quoteTable(target.schema, "granary_deliveries");
  const { rows: found } = await client.query<{ isThere: boolean }>(`select to_regclass($1) is not null as "isThere"`, [deliveries]);
  if (found[0]?.isThere !== true) await lock(client, `granary ${target.schema}`);
  await client.query(
    `create table if not exists ${deliveries} (id text primary key, target text not null, rows bigint not null, at timestamptz not null default now())`,
  );
  const { rowCount } = await client.query(`insert into ${deliveries} (id, target, rows) values ($1, $2, $3) on conflict do nothing`, [
    request.deliveryId,
    target.table,
    rows,
  ]);
  return rowCount === 1;
}

async function existingTypes({ client, target }: Delivery): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type from pg_attribute a join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped`,
    [target.schema, target.table],
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

async function makeTable({ client, target, request }: Delivery): Promise<void> {
  const columns = request.columns.map(({ name, type }) => `${quoteName(name)} ${sqlType(type)}`);
  const key = request.keys.length === 0 ? [] : [`primary key (${request.keys.map(quoteName).join(", ")})`];
  await client.query(`create table ${quoteTable(target.schema, target.table)} (${[...columns, ...key].join(", ")})`);
}

function requireColumns(columns: readonly GraphColumn[], existing: ReadonlyMap<string, string>, table: string): void {
  const missing = columns.filter(({ name }) => !existing.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw problem("connection.target_invalid", { reason: `the table ${table} has no column ${missing.join(", ")}` });
}

async function load({ client, request }: Delivery, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  let rows = 0;
  const list = request.columns.map(({ name }) => quoteName(name)).join(", ");
  for (const file of request.files) {
    const source = createReadStream(file.path, { highWaterMark: 1 << 18 });
    source.on("data", (data) => {
      bytes += data.length;
    });
    await pipeline(source, client.query(copyFrom(`copy granary_staged (${list}) from stdin (format csv, null '')`)), { signal });
    rows += file.rows;
    request.onProgress({ rows, bytes });
  }
  return bytes;
}

function valueOf({ name, type }: GraphColumn, targetType: string | undefined): string {
  const staged = quoteName(name);
  // A cast to `varchar(3)` would cut texts in silence; the assignment refuses them.
  if (targetType?.startsWith("character") === true || targetType === "text") return staged;
  const hasEra = type === "date" || type.startsWith("timestamp");
  const value = type === "binary" ? `decode(${staged}, 'hex')` : hasEra ? `replace(${staged}, '(BC)', 'BC')` : staged;
  return `${value}::${targetType ?? sqlType(type)}`;
}

async function publish(delivery: Delivery, existing: ReadonlyMap<string, string>): Promise<void> {
  const { client, target, request } = delivery;
  const table = quoteTable(target.schema, target.table);
  const names = request.columns.map(({ name }) => quoteName(name));
  const values = request.columns.map((column) => valueOf(column, existing.get(column.name))).join(", ");
  if (request.mode === "replace") await client.query(`delete from ${table}`);
  const keys = request.keys.map(quoteName);
  const others = names.filter((name) => !keys.includes(name));
  const update = others.length === 0 ? "nothing" : `update set ${others.map((name) => `${name} = excluded.${name}`).join(", ")}`;
  const conflict = request.mode === "upsert" ? ` on conflict (${keys.join(", ")}) do ${update}` : "";
  await client.query(`insert into ${table} (${names.join(", ")}) select ${values} from granary_staged${conflict}`);
}

/** Loads rows into a table: staged first, then taken over together with the mark of their delivery, in one transaction. */
export function write(context: ConnectorContext, request: WriteRequest): Promise<WriteResult> {
  const target = targetOf(request);
  if (request.mode === "upsert" && request.keys.length === 0)
    throw problem("connection.target_invalid", { reason: "rows can be updated by key columns only, and none is named" });
  return withClient(context, target.table, async ({ client }) => {
    const delivery = { client, target, request };
    const rows = request.files.reduce((sum, file) => sum + file.rows, 0);
    await client.query("begin");
    // One delivery at a time into a table: the second waits here, and then finds the mark of the first.
    await lock(client, `granary ${target.schema}.${target.table}`);
    if (!(await takeDelivery(delivery, rows))) {
      await client.query("commit");
      return { rows, bytes: 0, rejected: [], isExactlyOnce: true };
    }
    let existing = await existingTypes(delivery);
    if (existing.size === 0) {
      await makeTable(delivery);
      existing = await existingTypes(delivery);
    }
    requireColumns(request.columns, existing, target.table);
    // Unlogged and gone with the transaction; as text, so that one column's bad value is told with its column by the cast below.
    await client.query(`create temporary table granary_staged (${request.columns.map(({ name }) => `${quoteName(name)} text`).join(", ")}) on commit drop`);
    const bytes = await load(delivery, context.signal);
    await publish(delivery, existing);
    await client.query("commit");
    return { rows, bytes, rejected: [], isExactlyOnce: true };
  });
}
