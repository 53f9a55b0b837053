import { createReadStream } from "node:fs";
import { type GraphColumn, problem } from "@granary/protocol";
import type { ConnectorContext, WriteRequest, WriteResult } from "../connector.ts";
import { findRelation, type Relation } from "./catalog.ts";
import { csvToLoad } from "./csv-to-load.ts";
import { configOf, type MysqlClient, withClient } from "./open-client.ts";
import { quoteName } from "./quote.ts";

const TYPES: Readonly<Record<string, string>> = {
  text: "longtext",
  integer: "bigint",
  number: "double",
  boolean: "tinyint(1)",
  date: "date",
  time: "time(6)",
  timestamp: "datetime(6)",
  timestamptz: "datetime(6)",
  uuid: "char(36)",
  binary: "longblob",
  json: "json",
};

/** Text columns in a primary key need a length. */
const KEY_TEXT = "varchar(255)";
const STAGED = "granary_staged";

interface Delivery {
  readonly client: MysqlClient;
  readonly table: string;
  readonly request: WriteRequest;
}

function tableOf(request: WriteRequest): string {
  const { table } = request.target;
  if (typeof table !== "string" || table === "") throw problem("connection.target_invalid", { reason: "it names no table" });
  return table;
}

function sqlType({ name, type }: GraphColumn, keys: readonly string[]): string {
  return type === "text" && keys.includes(name) ? KEY_TEXT : (TYPES[type] ?? type);
}

async function makeTable({ client, table, request }: Delivery): Promise<void> {
  const columns = request.columns.map((column) => `${quoteName(column.name)} ${sqlType(column, request.keys)}`);
  const key = request.keys.length === 0 ? [] : [`primary key (${request.keys.map(quoteName).join(", ")})`];
  await client.execute(`create table if not exists ${quoteName(table)} (${[...columns, ...key].join(", ")}) engine = InnoDB default charset = utf8mb4`);
}

async function requireUniqueKeys({ client, table, request }: Delivery, database: string): Promise<void> {
  const rows = await client.query<{ name: string; columns: string }>(
    `select index_name as name, group_concat(column_name order by column_name separator '\n') as columns from information_schema.statistics
      where table_schema = ? and table_name = ? and non_unique = 0 group by index_name`,
    [database, table],
  );
  const wanted = request.keys.toSorted().join("\n").toLowerCase();
  if (rows.some(({ columns }) => columns.split("\n").toSorted().join("\n").toLowerCase() === wanted)) return;
  throw problem("connection.target_invalid", { reason: `the table ${table} has no unique key of ${request.keys.join(", ")}, by which rows could be updated` });
}

/** Tables are made before the transaction: in MySQL, making one ends it. */
async function prepare(delivery: Delivery, database: string): Promise<void> {
  const { client, table, request } = delivery;
  await client.execute(
    "create table if not exists granary_deliveries (id varchar(200) primary key, target varchar(64) not null, `rows` bigint not null, at timestamp(6) not null default current_timestamp(6)) engine = InnoDB",
  );
  if ((await findRelation(client, database, table)) === undefined) await makeTable(delivery);
  const relation: Relation | undefined = await findRelation(client, database, table);
  const existing = new Set(relation?.columns.map(({ name }) => name.toLowerCase()));
  const missing = request.columns.filter(({ name }) => !existing.has(name.toLowerCase())).map(({ name }) => name);
  if (missing.length > 0) throw problem("connection.target_invalid", { reason: `the table ${table} has no column ${missing.join(", ")}` });
  if (relation?.engine !== "InnoDB")
    throw problem("connection.target_invalid", { reason: `the table ${table} is not kept by InnoDB, so that half of a delivery could stay` });
  if (request.mode === "upsert") await requireUniqueKeys(delivery, database);
}

async function load({ client, request }: Delivery): Promise<number> {
  let bytes = 0;
  let rows = 0;
  const list = request.columns.map(({ name }) => quoteName(name)).join(", ");
  for (const file of request.files) {
    const infile = () => {
      const source = createReadStream(file.path, { highWaterMark: 1 << 18 });
      const load = csvToLoad();
      source.on("data", (data) => {
        bytes += data.length;
      });
      source.on("error", (error) => load.destroy(error));
      return source.pipe(load);
    };
    // Without backslash escapes in texts, a backslash is one character here.
    const form = "character set utf8mb4 fields terminated by '\t' escaped by '\\' lines terminated by '\n'";
    await client.execute(`load data local infile 'rows' into table ${STAGED} ${form} (${list})`, [], infile);
    rows += file.rows;
    request.onProgress({ rows, bytes });
  }
  return bytes;
}

function valueOf({ name, type }: GraphColumn): string {
  const staged = quoteName(name);
  if (type === "boolean") return `case ${staged} when 'true' then 1 when 'false' then 0 end`;
  if (type === "binary") return `unhex(${staged})`;
  return type === "timestamptz" ? `left(${staged}, char_length(${staged}) - 3)` : staged;
}

async function publish({ client, table, request }: Delivery): Promise<void> {
  const names = request.columns.map(({ name }) => quoteName(name));
  if (request.mode === "replace") await client.execute(`delete from ${quoteName(table)}`);
  const others = request.columns.filter(({ name }) => !request.keys.includes(name)).map(({ name }) => quoteName(name));
  const kept = others.length === 0 ? names.slice(0, 1) : others;
  const update = request.mode === "upsert" ? ` on duplicate key update ${kept.map((name) => `${name} = values(${name})`).join(", ")}` : "";
  await client.execute(`insert into ${quoteName(table)} (${names.join(", ")}) select ${request.columns.map(valueOf).join(", ")} from ${STAGED}${update}`);
}

const isRefusedLoad = (error: unknown): boolean => /LOCAL_INFILE|loading local|not allowed with this/i.test(String((error as Error).message));

async function deliver(delivery: Delivery, database: string): Promise<WriteResult> {
  const { client, table, request } = delivery;
  await prepare(delivery, database);
  const rows = request.files.reduce((sum, file) => sum + file.rows, 0);
  const columns = request.columns.map(({ name }) => `${quoteName(name)} longtext`).join(", ");
  await client.execute("start transaction");
  // The second of two attempts waits here for the end of the first, and then finds its mark.
  const isNew = await client.execute("insert ignore into granary_deliveries (id, target, `rows`) values (?, ?, ?)", [request.deliveryId, table, rows]);
  if (isNew === 0) {
    await client.execute("commit");
    return { rows, bytes: 0, rejected: [], isExactlyOnce: true };
  }
  await client.execute(`create temporary table ${STAGED} (${columns}) engine = InnoDB default charset = utf8mb4`);
  const bytes = await load(delivery);
  await publish(delivery);
  await client.execute("commit");
  return { rows, bytes, rejected: [], isExactlyOnce: true };
}

/** Loads rows into a table: staged first, then taken over together with the mark of their delivery, in one transaction. */
export function write(context: ConnectorContext, request: WriteRequest): Promise<WriteResult> {
  const table = tableOf(request);
  if (request.mode === "upsert" && request.keys.length === 0)
    throw problem("connection.target_invalid", { reason: "rows can be updated by key columns only, and none is named" });
  return withClient(context, table, (client) =>
    deliver({ client, table, request }, configOf(context).database).catch((error: unknown) => {
      if (isRefusedLoad(error))
        throw problem("connection.target_invalid", { reason: "the server takes no files from here; set local_infile = ON there" }, { cause: error });
      throw error;
    }),
  );
}
