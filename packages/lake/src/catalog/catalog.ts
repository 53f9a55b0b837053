import { problem } from "@granary/protocol";
import { type QueryExecutorProvider, sql } from "kysely";
import type { ExpectedFile, StoredFile } from "../file-io/index.ts";

/** A database handle: a Kysely transaction the caller opened, or for reads any Kysely handle. */
export type LakeTransaction = QueryExecutorProvider;

/** A table's place in the catalog. */
export interface TableRef {
  /** The workspace's id; it is the catalog's namespace. */
  readonly workspaceId: string;
  readonly tableName: string;
}

type FileKind = "data" | "manifest" | "manifest_list" | "metadata";

const NAME = /^[a-z0-9_]{1,255}$/;

/** Throws `lake.name_invalid` unless other engines can address the table by these names. */
export function checkTableRef(ref: TableRef): void {
  for (const name of [ref.workspaceId, ref.tableName]) {
    if (!NAME.test(name)) throw problem("lake.name_invalid", { name });
  }
}

/** Iceberg's JDBC catalog in the platform's database: where the current metadata of each table lies. */
export class Catalog {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** The table's current metadata file; undefined when there is no such table. */
  async find(tx: LakeTransaction, ref: TableRef): Promise<string | undefined> {
    checkTableRef(ref);
    const { rows } = await sql<{ metadata_location: string | null }>`
      select metadata_location from iceberg_tables
      where catalog_name = ${this.#name} and table_namespace = ${ref.workspaceId} and table_name = ${ref.tableName}
        and (iceberg_type = 'TABLE' or iceberg_type is null)`.execute(tx);
    return rows[0]?.metadata_location ?? undefined;
  }

  /** Like `find`. Throws `lake.table_not_found`. */
  async get(tx: LakeTransaction, ref: TableRef): Promise<string> {
    const location = await this.find(tx, ref);
    if (location === undefined) throw problem("lake.table_not_found");
    return location;
  }

  /** The current metadata files of all tables of a workspace. */
  async list(tx: LakeTransaction, workspaceId: string): Promise<readonly string[]> {
    const { rows } = await sql<{ metadata_location: string }>`
      select metadata_location from iceberg_tables
      where catalog_name = ${this.#name} and table_namespace = ${workspaceId} and metadata_location is not null`.execute(tx);
    return rows.map((row) => row.metadata_location);
  }

  /** Makes our own writers of one table wait for each other until the transaction ends. */
  async lock(tx: LakeTransaction, ref: TableRef): Promise<void> {
    checkTableRef(ref);
    const key = `${this.#name}.${ref.workspaceId}.${ref.tableName}`;
    await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tx);
  }

  /** Enters a new table. Throws `lake.table_exists`. */
  async create(tx: LakeTransaction, ref: TableRef, metadataLocation: string): Promise<void> {
    checkTableRef(ref);
    await sql`
      insert into iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)
      values (${this.#name}, ${ref.workspaceId}, 'exists', 'true') on conflict do nothing`.execute(tx);
    const { numAffectedRows } = await sql`
      insert into iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, iceberg_type)
      values (${this.#name}, ${ref.workspaceId}, ${ref.tableName}, ${metadataLocation}, 'TABLE') on conflict do nothing`.execute(tx);
    if (numAffectedRows !== 1n) throw problem("lake.table_exists");
  }

  /** Points a table at new metadata if it still points at the old. Throws `lake.commit_conflict` when somebody else was faster. */
  async swap(tx: LakeTransaction, ref: TableRef, locations: { readonly from: string; readonly to: string }): Promise<void> {
    const { numAffectedRows } = await sql`
      update iceberg_tables set metadata_location = ${locations.to}, previous_metadata_location = ${locations.from}
      where catalog_name = ${this.#name} and table_namespace = ${ref.workspaceId} and table_name = ${ref.tableName}
        and metadata_location = ${locations.from} and (iceberg_type = 'TABLE' or iceberg_type is null)`.execute(tx);
    if (numAffectedRows !== 1n) throw problem("lake.commit_conflict");
  }

  /**
   * Notes what a commit stored, so that later reads can check it. Throws `lake.already_published` for a file that an
   * earlier commit already has: its rows would count twice.
   */
  async register(tx: LakeTransaction, ref: TableRef, kind: FileKind, files: readonly StoredFile[]): Promise<void> {
    for (const file of files) {
      const { numAffectedRows } = await sql`
        insert into lake_files (location, table_namespace, table_name, kind, bytes, sha256)
        values (${file.uri}, ${ref.workspaceId}, ${ref.tableName}, ${kind}, ${file.bytes}, ${file.sha256})
        on conflict do nothing`.execute(tx);
      if (numAffectedRows !== 1n) throw problem("lake.already_published");
    }
  }

  /** What is known about stored files; those of other writers are missing. */
  async expected(tx: LakeTransaction, uris: readonly string[]): Promise<ReadonlyMap<string, ExpectedFile>> {
    if (uris.length === 0) return new Map();
    const { rows } = await sql<{ location: string; bytes: string | number; sha256: string }>`
      select location, bytes, sha256 from lake_files where location = any(${[...uris]}::text[])`.execute(tx);
    return new Map(rows.map((row) => [row.location, { uri: row.location, bytes: Number(row.bytes), sha256: row.sha256 }]));
  }

  /** Forgets files that were deleted. */
  async unregister(tx: LakeTransaction, uris: readonly string[]): Promise<void> {
    await sql`delete from lake_files where location = any(${[...uris]}::text[])`.execute(tx);
  }
}
