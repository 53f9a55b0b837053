import { problem } from "@granary/protocol";
import { type QueryExecutorProvider, sql } from "kysely";
import type { ExpectedFile } from "../file-io/index.ts";

/** A database handle: a Kysely transaction the caller opened, or for reads any Kysely handle. */
export type LakeTransaction = QueryExecutorProvider;

/** A table's place in the catalog. */
export interface TableRef {
  /** The workspace's id; it is the catalog's namespace. */
  readonly workspaceId: string;
  readonly tableName: string;
}

export type FileKind = "data" | "delete" | "manifest" | "manifest_list" | "metadata" | "change_set";

/** A file that tables need; without a checksum it is one of another engine. */
export interface RegisteredFile extends ExpectedFile {
  readonly kind: FileKind;
}

/** The catalog's entry of a table. */
export interface CatalogEntry {
  readonly metadataLocation: string;
  /** Undefined when another engine made the latest commit. */
  readonly metadataFile: ExpectedFile | undefined;
}

/** What a commit changes in the database; all of it or nothing. */
export interface CatalogChange {
  /** The metadata file the commit was made from; undefined for a new table. */
  readonly from: string | undefined;
  readonly to: string;
  readonly files: readonly RegisteredFile[];
  /** Files no snapshot refers to after the commit. */
  readonly forgotten: readonly string[];
}

const NAME = /^[a-z0-9_]{1,255}$/;

/** Throws `lake.name_invalid` unless other engines can address the table by these names. */
export function checkTableRef(ref: TableRef): void {
  for (const name of [ref.workspaceId, ref.tableName]) {
    if (!NAME.test(name)) throw problem("lake.name_invalid", { name });
  }
}

interface FileRow {
  readonly location: string;
  readonly bytes: string | number;
  readonly sha256: string | null;
}

const toExpected = ({ location, bytes, sha256 }: FileRow): ExpectedFile => ({ uri: location, bytes: Number(bytes), ...(sha256 === null ? {} : { sha256 }) });

/** Iceberg's JDBC catalog in the platform's database: where the current metadata of each table lies. */
export class Catalog {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Where the table's current metadata lies; undefined when there is no such table. */
  async find(tx: LakeTransaction, ref: TableRef): Promise<CatalogEntry | undefined> {
    checkTableRef(ref);
    const { rows } = await sql<{ metadata_location: string; bytes: string | number | null; sha256: string | null }>`
      select t.metadata_location, f.bytes, f.sha256 from iceberg_tables t left join lake_files f on f.location = t.metadata_location
      where t.catalog_name = ${this.#name} and t.table_namespace = ${ref.workspaceId} and t.table_name = ${ref.tableName}
        and (t.iceberg_type = 'TABLE' or t.iceberg_type is null) and t.metadata_location is not null`.execute(tx);
    const [row] = rows;
    if (row === undefined) return undefined;
    const { metadata_location: location, bytes, sha256 } = row;
    return { metadataLocation: location, metadataFile: bytes === null ? undefined : toExpected({ location, bytes, sha256 }) };
  }

  /** Like `find`. Throws `lake.table_not_found`. */
  async get(tx: LakeTransaction, ref: TableRef): Promise<CatalogEntry> {
    const entry = await this.find(tx, ref);
    if (entry === undefined) throw problem("lake.table_not_found");
    return entry;
  }

  /** The current metadata files of all tables of a workspace. */
  async list(tx: LakeTransaction, workspaceId: string): Promise<readonly string[]> {
    const { rows } = await sql<{ metadata_location: string }>`
      select metadata_location from iceberg_tables
      where catalog_name = ${this.#name} and table_namespace = ${workspaceId} and metadata_location is not null`.execute(tx);
    return rows.map((row) => row.metadata_location);
  }

  /** Whether there is no table at all, of any workspace the handle sees. */
  async isEmpty(tx: LakeTransaction): Promise<boolean> {
    const { rows } = await sql<{ empty: boolean }>`select not exists (select from iceberg_tables where catalog_name = ${this.#name}) as empty`.execute(tx);
    return rows[0]?.empty === true;
  }

  /** Makes our own writers of one table wait for each other until the transaction ends. */
  async lock(tx: LakeTransaction, ref: TableRef): Promise<void> {
    checkTableRef(ref);
    const key = `${this.#name}.${ref.workspaceId}.${ref.tableName}`;
    await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tx);
  }

  /**
   * Points a table at new metadata and notes the files that came with it, in one statement. Throws `lake.commit_conflict` when
   * the table does not point at the old metadata any more, `lake.table_exists` for a new one, and `lake.already_published`
   * when an earlier commit has one of the files: its rows would count twice. The transaction must not go on after an error.
   */
  async commit(tx: LakeTransaction, ref: TableRef, change: CatalogChange): Promise<void> {
    checkTableRef(ref);
    const registered = sql`insert into lake_files (location, table_namespace, table_name, kind, bytes, sha256)
      select location, ${ref.workspaceId}, ${ref.tableName}, kind, bytes, sha256
      from unnest(${change.files.map((file) => file.uri)}::text[], ${change.files.map((file) => file.kind)}::text[],
        ${change.files.map((file) => file.bytes)}::bigint[], ${change.files.map((file) => file.sha256 ?? null)}::text[]) as new_file (location, kind, bytes, sha256)
      on conflict do nothing returning 1`;
    const forgotten = sql`delete from lake_files where location = any(${[...change.forgotten]}::text[]) returning 1`;
    const isComplete = sql`(select count(*) from registered) = ${change.files.length}`;
    const pointed = change.from === undefined ? this.#inserted(ref, change.to, isComplete) : this.#swapped(ref, change.from, change.to, isComplete);
    const { rows } = await sql<{ registered: string | number; pointed: string | number }>`
      with registered as (${registered}), forgotten as (${forgotten}), ${pointed}
      select (select count(*) from registered) as registered, (select count(*) from pointed) as pointed`.execute(tx);
    if (Number(rows[0]?.registered) !== change.files.length) throw problem("lake.already_published");
    if (Number(rows[0]?.pointed) !== 1) throw problem(change.from === undefined ? "lake.table_exists" : "lake.commit_conflict");
  }

  #swapped(ref: TableRef, from: string, to: string, condition: ReturnType<typeof sql>): ReturnType<typeof sql> {
    return sql`pointed as (update iceberg_tables set metadata_location = ${to}, previous_metadata_location = ${from}
      where catalog_name = ${this.#name} and table_namespace = ${ref.workspaceId} and table_name = ${ref.tableName}
        and metadata_location = ${from} and (iceberg_type = 'TABLE' or iceberg_type is null) and ${condition} returning 1)`;
  }

  #inserted(ref: TableRef, to: string, condition: ReturnType<typeof sql>): ReturnType<typeof sql> {
    return sql`namespace as (insert into iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)
        values (${this.#name}, ${ref.workspaceId}, 'exists', 'true') on conflict do nothing),
      pointed as (insert into iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, iceberg_type)
        select ${this.#name}, ${ref.workspaceId}, ${ref.tableName}, ${to}, 'TABLE' where ${condition} on conflict do nothing returning 1)`;
  }

  /** Notes files of other engines, whose checksums nobody told us, so that backups and maintenance know of them. */
  async adopt(tx: LakeTransaction, ref: TableRef, files: readonly RegisteredFile[]): Promise<void> {
    if (files.length === 0) return;
    await sql`insert into lake_files (location, table_namespace, table_name, kind, bytes)
      select location, ${ref.workspaceId}, ${ref.tableName}, kind, bytes
      from unnest(${files.map((file) => file.uri)}::text[], ${files.map((file) => file.kind)}::text[],
        ${files.map((file) => file.bytes)}::bigint[]) as new_file (location, kind, bytes)
      on conflict do nothing`.execute(tx);
  }

  /** Notes a stored file that no snapshot refers to, but somebody needs. */
  async keep(tx: LakeTransaction, ref: TableRef, file: RegisteredFile): Promise<void> {
    await sql`insert into lake_files (location, table_namespace, table_name, kind, bytes, sha256)
      values (${file.uri}, ${ref.workspaceId}, ${ref.tableName}, ${file.kind}, ${file.bytes}, ${file.sha256 ?? null}) on conflict do nothing`.execute(tx);
  }

  /** Change sets somebody keeps. */
  async changeSets(tx: LakeTransaction, workspaceId: string): Promise<readonly string[]> {
    const { rows } = await sql<{ location: string }>`select location from lake_files where table_namespace = ${workspaceId} and kind = 'change_set'`.execute(
      tx,
    );
    return rows.map((row) => row.location);
  }

  /** The change sets of one table that somebody keeps. */
  async changeSetsOf(tx: LakeTransaction, ref: TableRef): Promise<readonly ExpectedFile[]> {
    const { rows } = await sql<FileRow>`select location, bytes, sha256 from lake_files
      where table_namespace = ${ref.workspaceId} and table_name = ${ref.tableName} and kind = 'change_set' order by location`.execute(tx);
    return rows.map(toExpected);
  }

  /** What is known about stored files; those of other writers that nobody adopted are missing. */
  async expected(tx: LakeTransaction, uris: readonly string[]): Promise<ReadonlyMap<string, ExpectedFile>> {
    if (uris.length === 0) return new Map();
    const { rows } = await sql<FileRow>`select location, bytes, sha256 from lake_files where location = any(${[...uris]}::text[])`.execute(tx);
    return new Map(rows.map((row) => [row.location, toExpected(row)]));
  }

  /** Forgets a table; what is known of its files stays until they are deleted. */
  async remove(tx: LakeTransaction, ref: TableRef): Promise<void> {
    await sql`delete from iceberg_tables
      where catalog_name = ${this.#name} and table_namespace = ${ref.workspaceId} and table_name = ${ref.tableName}`.execute(tx);
  }

  /** Forgets files that were deleted. */
  async unregister(tx: LakeTransaction, uris: readonly string[]): Promise<void> {
    if (uris.length === 0) return;
    await sql`delete from lake_files where location = any(${[...uris]}::text[])`.execute(tx);
  }
}
