import { randomUUID } from "node:crypto";
import type { LakeTransaction, RegisteredFile, TableRef } from "../catalog/index.ts";
import { type ManifestFile, printMetadata, type TableMetadata } from "../iceberg/index.ts";
import { logMetadata } from "../metadata/index.ts";
import type { StoredEntry } from "../table/index.ts";
import type { CommitBase, CommitParts } from "./commit-parts.ts";
import type { Committed } from "./published.ts";

/** A small file of a commit, still in memory. */
export interface NewFile {
  readonly uri: string;
  readonly kind: "manifest" | "manifest_list";
  readonly content: Buffer;
}

/** Everything a commit consists of, computed but for the metadata file itself. */
export interface PreparedCommit {
  readonly ref: TableRef;
  readonly base: CommitBase;
  readonly metadata: TableMetadata;
  readonly files: readonly NewFile[];
  /** Files that were stored before and become part of the table now. */
  readonly staged: readonly RegisteredFile[];
  readonly list?: readonly [uri: string, lines: readonly ManifestFile[]];
  readonly manifests?: ReadonlyMap<string, readonly StoredEntry[]>;
}

/** Metadata files are named NNNNN-uuid: other engines read the version out of the name. */
export function metadataName(baseLocation: string | undefined): string {
  const version = /\/(\d+)-[^/]*\.metadata\.json$/.exec(baseLocation ?? "")?.[1];
  const next = baseLocation === undefined ? 0 : Number(version ?? 0) + 1;
  return `${String(next).padStart(5, "0")}-${randomUUID()}.metadata.json`;
}

/** Stores what a commit made, all files at once. Nothing stays when one of them fails. */
async function store(
  parts: CommitParts,
  files: readonly (Omit<NewFile, "kind"> & { readonly kind: RegisteredFile["kind"] })[],
): Promise<readonly RegisteredFile[]> {
  const writing = await Promise.allSettled(files.map(async ({ uri, kind, content }) => ({ ...(await parts.fileIo.write(uri, content)), kind })));
  const failed = writing.find((result) => result.status === "rejected");
  if (failed === undefined) return writing.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  await forget(parts, files);
  throw failed.reason;
}

/** Deletes files of a commit that will not come. What cannot be deleted now the orphan sweep finds later. */
async function forget(parts: CommitParts, files: readonly { readonly uri: string }[]): Promise<void> {
  await parts.fileIo.delete(files.map((file) => file.uri)).catch(() => undefined);
}

/**
 * Writes a commit's files and points the table at them, in the caller's transaction. A commit that loses leaves no files
 * of its own behind, nor any trace but those when the process is killed.
 */
export async function writeCommit(parts: CommitParts, tx: LakeTransaction, commit: PreparedCommit): Promise<Committed> {
  const { ref, base } = commit;
  const { metadata, obsolete } =
    base.metadataLocation === undefined
      ? { metadata: commit.metadata, obsolete: [] }
      : logMetadata(commit.metadata, { metadata: base.metadata, location: base.metadataLocation, nowMs: parts.now().getTime() });
  const location = `${metadata.location}/metadata/${metadataName(base.metadataLocation)}`;
  const files = [...commit.files, { uri: location, kind: "metadata" as const, content: printMetadata(metadata) }];
  const stored = await store(parts, files);
  try {
    await parts.catalog.commit(tx, ref, { from: base.metadataLocation, to: location, files: [...stored, ...commit.staged], forgotten: obsolete });
  } catch (error) {
    await forget(parts, files);
    throw error;
  }
  parts.store.prime({
    metadata: { metadataLocation: location, metadata },
    ...(commit.list === undefined ? {} : { list: commit.list }),
    ...(commit.manifests === undefined ? {} : { manifests: commit.manifests }),
  });
  return { metadataLocation: location, schemaId: metadata["current-schema-id"], obsolete };
}
