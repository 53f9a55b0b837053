import type { Reader, Writer } from "@granary/db";
import type { ConfigValues, ConnectionCheck, ConnectorKind, DiscoveredStream } from "@granary/protocol";
import { sql } from "kysely";
import type { TxCtx } from "../context/index.ts";

type Db = Reader | Writer;

const columns = (db: Db) =>
  db
    .selectFrom("connections as c")
    .leftJoin("users as u", "u.id", "c.owner_id")
    .select(["c.id", "c.name", "c.kind", "c.description", "c.config", "c.secrets", "c.secret_paths", "c.version", "c.last_check", "c.discovered_at"])
    .select(["c.owner_id", "u.name as owner_name", "c.created_at", "c.updated_at"])
    .select(sql<number | null>`jsonb_array_length(c.streams)`.as("stream_count"))
    .select(sql<string>`c.updated_at::text`.as("updated_text"))
    .select(
      sql<number>`(select count(distinct p.pipeline_id)::int from pipeline_uses p where p.workspace_id = c.workspace_id and p.kind = 'connection'
        and p.target in (c.id, c.name))`.as("pipeline_count"),
    );

export type ConnectionRow = Awaited<ReturnType<typeof findConnectionRow>> & {};

/** The connection with this id or name in the scope's workspace. */
export function findConnectionRow(db: Db, idOrName: string) {
  return columns(db)
    .where(sql<boolean>`(c.id = ${idOrName} or lower(c.name) = lower(${idOrName}))`)
    .orderBy(sql`c.id = ${idOrName}`, "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Holds a connection until the transaction ends and reads it as it is then. */
export async function holdConnection(db: Writer, idOrName: string): Promise<ConnectionRow | undefined> {
  const seen = await findConnectionRow(db, idOrName);
  if (seen === undefined) return undefined;
  await db.selectFrom("connections").select("id").where("id", "=", seen.id).forUpdate().execute();
  return findConnectionRow(db, seen.id);
}

interface ListOptions {
  readonly kinds: readonly string[] | undefined;
  readonly q: string | undefined;
  readonly after: readonly [string, string] | undefined;
  readonly limit: number;
}

export function listConnectionRows(db: Reader, { kinds, q, after, limit }: ListOptions) {
  const pattern = `%${(q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return columns(db)
    .$if(kinds !== undefined, (query) => query.where("c.kind", "in", [...(kinds ?? [])]))
    .$if(q !== undefined, (query) => query.where((eb) => eb.or([eb("c.name", "ilike", pattern), eb("c.description", "ilike", pattern)])))
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(c.updated_at, c.id) < (${after?.[0]}::timestamptz, ${after?.[1]})`))
    .orderBy("c.updated_at", "desc")
    .orderBy("c.id", "desc")
    .limit(limit + 1)
    .execute();
}

export interface StoredSettings {
  readonly config: ConfigValues;
  readonly secrets: Buffer | null;
  readonly secretPaths: readonly string[];
}

const settingColumns = ({ config, secrets, secretPaths }: StoredSettings) => ({ config: JSON.stringify(config), secrets, secret_paths: [...secretPaths] });

interface NewConnection extends StoredSettings {
  readonly id: string;
  readonly name: string;
  readonly kind: ConnectorKind;
  readonly description: string;
}

/** Breaks `connections_name_idx` when the name is taken. */
export async function insertConnection(ctx: TxCtx, row: NewConnection): Promise<void> {
  const { id, name, kind, description } = row;
  const owner = { workspace_id: ctx.workspaceId, owner_id: ctx.principal.userId };
  await ctx.db
    .insertInto("connections")
    .values({ id, name, kind, description, ...owner, ...settingColumns(row), created_at: ctx.now, updated_at: ctx.now })
    .execute();
}

interface ConnectionChange {
  readonly name: string;
  readonly description: string;
  /** With other settings, what was seen through the old ones is forgotten. */
  readonly settings: StoredSettings | undefined;
}

export async function updateConnectionRow(ctx: TxCtx, id: string, { name, description, settings }: ConnectionChange): Promise<void> {
  await ctx.db
    .updateTable("connections")
    .set({ name, description, updated_at: ctx.now, ...(settings === undefined ? {} : { ...settingColumns(settings), last_check: null }) })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
}

/** Keeps settings that the other side changed: a token it gave anew. Nobody's edit, so that the version stays. */
export async function keepSettings(db: Writer, id: string, settings: StoredSettings): Promise<void> {
  await db.updateTable("connections").set(settingColumns(settings)).where("id", "=", id).execute();
}

export async function deleteConnectionRow(db: Writer, id: string): Promise<void> {
  await db.deleteFrom("connections").where("id", "=", id).execute();
}

export async function keepCheck(db: Writer, id: string, check: ConnectionCheck): Promise<void> {
  await db
    .updateTable("connections")
    .set({ last_check: JSON.stringify(check) })
    .where("id", "=", id)
    .execute();
}

export async function keepStreams(db: Writer, id: string, streams: readonly DiscoveredStream[], at: Date): Promise<void> {
  await db
    .updateTable("connections")
    .set({ streams: JSON.stringify(streams), discovered_at: at })
    .where("id", "=", id)
    .execute();
}

/** Streams as they were discovered last; undefined before the first time. */
export async function findStreams(db: Db, id: string): Promise<readonly DiscoveredStream[] | undefined> {
  const row = await db.selectFrom("connections").select("streams").where("id", "=", id).executeTakeFirst();
  return (row?.streams ?? undefined) as readonly DiscoveredStream[] | undefined;
}

/** Names of pipelines whose newest version uses a connection, by its id or name. */
export async function listUsingPipelines(db: Db, connection: { readonly id: string; readonly name: string }): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("pipeline_uses as p")
    .innerJoin("pipelines as l", "l.id", "p.pipeline_id")
    .select("l.name")
    .distinct()
    .where("p.kind", "=", "connection")
    .where("p.target", "in", [connection.id, connection.name])
    .orderBy("l.name")
    .limit(10)
    .execute();
  return rows.map(({ name }) => name);
}
