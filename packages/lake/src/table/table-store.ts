import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Catalog, LakeTransaction, TableRef } from "../catalog/index.ts";
import type { ExpectedFile, FileIo } from "../file-io/index.ts";
import {
  decodeManifest,
  decodeManifestList,
  type IcebergSnapshot,
  type ManifestEntry,
  type ManifestFile,
  parseMetadata,
  type TableMetadata,
} from "../iceberg/index.ts";
import { ImmutableCache } from "./immutable-cache.ts";

/** A data file that belongs to a snapshot. */
export interface LiveFile extends ExpectedFile {
  readonly records: number;
}

export interface StoredTable {
  readonly metadataLocation: string;
  readonly metadata: TableMetadata;
}

const CACHED_FILES = 256;

/** Reads tables' metadata, manifest lists and manifests; each file once, checked, and then from memory. */
export class TableStore {
  readonly #catalog: Catalog;
  readonly #fileIo: FileIo;
  readonly #metadata = new ImmutableCache<TableMetadata>(CACHED_FILES);
  readonly #lists = new ImmutableCache<readonly ManifestFile[]>(CACHED_FILES);
  readonly #manifests = new ImmutableCache<readonly ManifestEntry[]>(CACHED_FILES);

  constructor(catalog: Catalog, fileIo: FileIo) {
    this.#catalog = catalog;
    this.#fileIo = fileIo;
  }

  /** A table as the transaction sees it. Throws `lake.table_not_found`. */
  async load(tx: LakeTransaction, ref: TableRef): Promise<StoredTable> {
    return this.loadAt(tx, await this.#catalog.get(tx, ref));
  }

  /** The state of a table that a metadata file describes. */
  async loadAt(tx: LakeTransaction, metadataLocation: string): Promise<StoredTable> {
    const metadata = await this.#read(tx, this.#metadata, metadataLocation, (bytes) => parseMetadata(bytes, metadataLocation));
    return { metadataLocation, metadata };
  }

  manifests(tx: LakeTransaction, snapshot: IcebergSnapshot): Promise<readonly ManifestFile[]> {
    return this.#read(tx, this.#lists, snapshot["manifest-list"], decodeManifestList);
  }

  entries(tx: LakeTransaction, manifest: ManifestFile): Promise<readonly ManifestEntry[]> {
    return this.#read(tx, this.#manifests, manifest.manifest_path, decodeManifest);
  }

  /** The data files of a snapshot, oldest first. Throws `lake.unsupported` for what only other writers make and we cannot read yet. */
  async liveFiles(tx: LakeTransaction, snapshot: IcebergSnapshot): Promise<readonly LiveFile[]> {
    const manifests = (await this.manifests(tx, snapshot)).toSorted((left, right) => Number(BigInt(left.sequence_number) - BigInt(right.sequence_number)));
    const live: ManifestEntry[] = [];
    for (const manifest of manifests) {
      for (const entry of await this.entries(tx, manifest)) {
        if (entry.status === "deleted") continue;
        if (entry.content !== "data") throw problem("lake.unsupported", { reason: "another engine wrote delete files to it" });
        if (entry.format.toUpperCase() !== "PARQUET") throw problem("lake.unsupported", { reason: `another engine wrote ${entry.format} files to it` });
        live.push(entry);
      }
    }
    const expected = await this.#catalog.expected(
      tx,
      live.map((entry) => entry.uri),
    );
    return live.map((entry) => {
      const sha256 = expected.get(entry.uri)?.sha256;
      return { uri: entry.uri, bytes: entry.bytes, records: entry.records, ...(sha256 === undefined ? {} : { sha256 }) };
    });
  }

  #read<V>(tx: LakeTransaction, cache: ImmutableCache<V>, uri: string, decode: (bytes: Buffer) => V): Promise<V> {
    return cache.get(uri, async () => {
      const expected = (await this.#catalog.expected(tx, [uri])).get(uri);
      const bytes = await this.#fileIo.read(uri, expected);
      try {
        return decode(bytes);
      } catch (cause) {
        if (isAppError(cause)) throw cause;
        throw problem("storage.corrupt", { name: uri.slice(uri.lastIndexOf("/") + 1), reason: "its content cannot be read" }, { cause });
      }
    });
  }
}
