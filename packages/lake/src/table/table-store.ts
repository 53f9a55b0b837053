import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Catalog, CatalogEntry, LakeTransaction, TableRef } from "../catalog/index.ts";
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
import type { LiveEntry } from "./live-entry.ts";

export interface StoredTable {
  readonly metadataLocation: string;
  readonly metadata: TableMetadata;
}

/** An entry of a manifest with everything known about it. */
export interface StoredEntry extends LiveEntry {
  readonly status: ManifestEntry["status"];
}

const MEGABYTE = 1024 * 1024;
const READ_AT_ONCE = 16;
// What the values take in memory, seen with tables of 12 columns: they only have to be right within a factor of two.
const SNAPSHOT_BYTES = 1500;
const LINE_BYTES = 600;
const ENTRY_BYTES = 2500;

const metadataWeight = (metadata: TableMetadata): number =>
  4000 + (metadata.snapshots?.length ?? 0) * SNAPSHOT_BYTES + metadata.schemas.reduce((sum, schema) => sum + schema.fields.length * 200, 0);

/** Reads tables' metadata, manifest lists and manifests; each file once, checked, and then from memory. */
export class TableStore {
  readonly #catalog: Catalog;
  readonly #fileIo: FileIo;
  readonly #metadata = new ImmutableCache<TableMetadata>(64 * MEGABYTE, metadataWeight);
  readonly #lists = new ImmutableCache<readonly ManifestFile[]>(16 * MEGABYTE, (list) => 100 + list.length * LINE_BYTES);
  readonly #manifests = new ImmutableCache<readonly StoredEntry[]>(96 * MEGABYTE, (entries) => 100 + entries.length * ENTRY_BYTES);

  constructor(catalog: Catalog, fileIo: FileIo) {
    this.#catalog = catalog;
    this.#fileIo = fileIo;
  }

  /** A table as the transaction sees it. Throws `lake.table_not_found`. */
  async load(tx: LakeTransaction, ref: TableRef): Promise<StoredTable> {
    return this.loadEntry(tx, await this.#catalog.get(tx, ref));
  }

  async loadEntry(tx: LakeTransaction, entry: CatalogEntry): Promise<StoredTable> {
    const { metadataLocation: uri, metadataFile } = entry;
    if (metadataFile === undefined) return this.loadAt(tx, uri);
    const metadata = await this.#metadata.get(uri, async () => this.#decode(uri, metadataFile, (bytes) => parseMetadata(bytes, uri)));
    return { metadataLocation: uri, metadata };
  }

  /** The state of a table that a metadata file describes. */
  async loadAt(tx: LakeTransaction, metadataLocation: string): Promise<StoredTable> {
    const metadata = await this.#metadata.get(metadataLocation, async () => {
      const expected = await this.#catalog.expected(tx, [metadataLocation]);
      return this.#decode(metadataLocation, expected.get(metadataLocation), (bytes) => parseMetadata(bytes, metadataLocation));
    });
    return { metadataLocation, metadata };
  }

  /** The lines of a snapshot's manifest list. */
  manifests(tx: LakeTransaction, snapshot: IcebergSnapshot): Promise<readonly ManifestFile[]> {
    const uri = snapshot["manifest-list"];
    return this.#lists.get(uri, async () => {
      const expected = await this.#catalog.expected(tx, [uri]);
      return this.#decode(uri, expected.get(uri), decodeManifestList);
    });
  }

  /** The entries of a manifest, those of removed files included. */
  async entries(tx: LakeTransaction, manifest: ManifestFile): Promise<readonly StoredEntry[]> {
    return (await this.entriesOf(tx, [manifest])).get(manifest.manifest_path) ?? [];
  }

  /** The entries of many manifests by their address; what is not in memory is read at once. */
  async entriesOf(tx: LakeTransaction, manifests: readonly ManifestFile[]): Promise<ReadonlyMap<string, readonly StoredEntry[]>> {
    const found = new Map<string, readonly StoredEntry[]>();
    const missing: ManifestFile[] = [];
    for (const manifest of manifests) {
      const known = this.#manifests.find(manifest.manifest_path);
      if (known === undefined) missing.push(manifest);
      else found.set(manifest.manifest_path, known);
    }
    for (const [path, entries] of await this.#readManifests(tx, missing)) {
      found.set(path, entries);
      this.#manifests.set(path, entries);
    }
    return found;
  }

  /** The data and delete files of a snapshot, in the order in which their rows came. */
  async liveEntries(tx: LakeTransaction, snapshot: IcebergSnapshot): Promise<readonly LiveEntry[]> {
    const manifests = await this.manifests(tx, snapshot);
    const entries = await this.entriesOf(tx, manifests);
    const live = manifests.toReversed().flatMap((manifest) => (entries.get(manifest.manifest_path) ?? []).filter((entry) => entry.status !== "deleted"));
    return live.sort((left, right) => Number(left.sequenceNumber) - Number(right.sequenceNumber));
  }

  /** Remembers what was just written, so that nobody has to read it. */
  prime(written: {
    readonly metadata: StoredTable;
    readonly list?: readonly [uri: string, lines: readonly ManifestFile[]];
    readonly manifests?: ReadonlyMap<string, readonly StoredEntry[]>;
  }): void {
    this.#metadata.set(written.metadata.metadataLocation, written.metadata.metadata);
    if (written.list !== undefined) this.#lists.set(...written.list);
    for (const [uri, entries] of written.manifests ?? []) this.#manifests.set(uri, entries);
  }

  async #readManifests(tx: LakeTransaction, manifests: readonly ManifestFile[]): Promise<readonly (readonly [string, readonly StoredEntry[]])[]> {
    if (manifests.length === 0) return [];
    const expected = await this.#catalog.expected(
      tx,
      manifests.map((manifest) => manifest.manifest_path),
    );
    const decoded: (readonly [string, readonly ManifestEntry[]])[] = [];
    for (let from = 0; from < manifests.length; from += READ_AT_ONCE) {
      const reading = manifests.slice(from, from + READ_AT_ONCE).map(async (manifest) => {
        const path = manifest.manifest_path;
        const known = expected.get(path) ?? { uri: path, bytes: manifest.manifest_length };
        return [path, await this.#decode(path, known, (bytes) => decodeManifest(bytes, manifest))] as const;
      });
      decoded.push(...(await Promise.all(reading)));
    }
    return this.#withChecksums(tx, decoded);
  }

  async #withChecksums(
    tx: LakeTransaction,
    decoded: readonly (readonly [string, readonly ManifestEntry[]])[],
  ): Promise<readonly (readonly [string, readonly StoredEntry[]])[]> {
    const files = decoded.flatMap(([, entries]) => entries.filter((entry) => entry.status !== "deleted").map((entry) => entry.file.uri));
    const expected = await this.#catalog.expected(tx, files);
    return decoded.map(([path, entries]) => [path, entries.map((entry) => toStored(entry, expected.get(entry.file.uri)))] as const);
  }

  async #decode<V>(uri: string, expected: ExpectedFile | undefined, decode: (bytes: Buffer) => V): Promise<V> {
    const bytes = await this.#fileIo.read(uri, expected);
    try {
      return decode(bytes);
    } catch (cause) {
      if (isAppError(cause)) throw cause;
      throw problem("storage.corrupt", { name: uri.slice(uri.lastIndexOf("/") + 1), reason: "its content cannot be read" }, { cause });
    }
  }
}

function toStored(entry: ManifestEntry, expected: ExpectedFile | undefined): StoredEntry {
  const { status, file, snapshotId, sequenceNumber, fileSequenceNumber } = entry;
  // Numbers a foreign manifest leaves out although it must not count as the oldest.
  const numbers = { snapshotId: snapshotId ?? 0, sequenceNumber: sequenceNumber ?? 0, fileSequenceNumber: fileSequenceNumber ?? sequenceNumber ?? 0 };
  // A copy of the file would decode the facts about its columns, which most readers never ask for.
  return { status, ...numbers, file: expected?.sha256 === undefined ? file : Object.assign(file, { sha256: expected.sha256 }) };
}
