import { checkTableRef, type LakeTransaction, listDiscards, type TableRef } from "../catalog/index.ts";
import type { CommitParts } from "../change/index.ts";
import type { ListedFile } from "../file-io/index.ts";
import { deleteDiscards } from "./delete-discards.ts";
import type { Freed } from "./maintain-parts.ts";
import { filesOfTable } from "./reachable.ts";

const DEFAULT_MIN_AGE_MS = 24 * 3_600_000;

export interface SweepOptions {
  readonly workspaceId: string;
  /** Younger files may belong to a change that is staged or being published. */
  readonly minAgeMs?: number;
}

export type Swept = Freed;

/** The directory right below the workspace's, in which one table's files lie. */
function directoryOf(parts: CommitParts, workspaceId: string, uri: string): string {
  const root = `${parts.warehouseUri}/${workspaceId}/`;
  return `${root}${uri.slice(root.length).split("/", 1)[0] ?? ""}`;
}

/** The table a directory was made for: tables lie in `name-uuid`, those of other engines often in `name`. */
function tableOf(workspaceId: string, directory: string): TableRef | undefined {
  const name = directory.slice(directory.lastIndexOf("/") + 1).replace(/-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "");
  const ref = { workspaceId, tableName: decodeURIComponent(name) };
  try {
    checkTableRef(ref);
    return ref;
  } catch {
    return undefined;
  }
}

/** What must stay although it is old: files of tables, change sets somebody keeps, and what readers may still be at. */
class Needed {
  readonly #parts: CommitParts;
  readonly #tx: LakeTransaction;
  readonly #files = new Set<string>();
  readonly #directories: string[] = [];
  readonly #states = new Set<string>();

  constructor(parts: CommitParts, tx: LakeTransaction) {
    this.#parts = parts;
    this.#tx = tx;
  }

  has(uri: string): boolean {
    return this.#files.has(uri) || this.#directories.some((directory) => uri.startsWith(directory));
  }

  async addWorkspace(workspaceId: string): Promise<void> {
    for (const item of await listDiscards(this.#tx, { workspaceId }, this.#parts.now())) {
      if (item.location.endsWith("/")) this.#directories.push(item.location);
      else this.#files.add(item.location);
    }
    for (const uri of await this.#parts.catalog.changeSets(this.#tx, workspaceId)) this.#files.add(uri);
    for (const location of await this.#parts.catalog.list(this.#tx, workspaceId)) await this.#addState(location);
  }

  /** Locks a table, so that nothing of it is published any more while its orphans go, and adds what it needs by now. */
  async addLocked(ref: TableRef): Promise<void> {
    await this.#parts.catalog.lock(this.#tx, ref);
    const entry = await this.#parts.catalog.find(this.#tx, ref);
    if (entry !== undefined) await this.#addState(entry.metadataLocation);
    for (const uri of await this.#parts.catalog.changeSets(this.#tx, ref.workspaceId)) this.#files.add(uri);
  }

  async #addState(metadataLocation: string): Promise<void> {
    if (this.#states.has(metadataLocation)) return;
    this.#states.add(metadataLocation);
    const table = await this.#parts.store.loadAt(this.#tx, metadataLocation);
    for (const uri of await filesOfTable(this.#parts, this.#tx, table)) this.#files.add(uri);
  }
}

async function deleteOrphans(parts: CommitParts, tx: LakeTransaction, needed: Needed, candidates: ReadonlyMap<string, readonly ListedFile[]>): Promise<Freed> {
  const freed = { files: 0, bytes: 0 };
  // In one order, so that two sweeps cannot wait for each other.
  for (const [directory, files] of [...candidates].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    const workspaceId = directory.slice(parts.warehouseUri.length + 1).split("/", 1)[0] ?? "";
    const ref = tableOf(workspaceId, directory);
    if (ref !== undefined) await needed.addLocked(ref);
    const orphans = files.filter((file) => !needed.has(file.uri));
    const uris = orphans.map((file) => file.uri);
    await parts.fileIo.delete(uris);
    await parts.catalog.unregister(tx, uris);
    freed.files += orphans.length;
    freed.bytes += orphans.reduce((sum, file) => sum + file.bytes, 0);
  }
  return freed;
}

/**
 * Deletes the files of a workspace that no table needs and that are old enough to belong to nobody: what crashes and lost
 * commits left, change sets nobody keeps, files whose time came after a snapshot expired, and what dead processes left in
 * the scratch directory. Tables with such files are locked until the caller's transaction ends.
 */
export async function sweepOrphans(parts: CommitParts, tx: LakeTransaction, options: SweepOptions): Promise<Swept> {
  const { workspaceId } = options;
  const before = parts.now().getTime() - (options.minAgeMs ?? DEFAULT_MIN_AGE_MS);
  const scratch = await parts.fileIo.sweepScratch(new Date(before));
  const discarded = await deleteDiscards(parts, tx, { workspaceId });
  const old: ListedFile[] = [];
  for await (const file of parts.fileIo.list(`${parts.warehouseUri}/${workspaceId}/`)) if (file.modifiedAt.getTime() <= before) old.push(file);
  const needed = new Needed(parts, tx);
  await needed.addWorkspace(workspaceId);
  const candidates = old.filter((file) => !needed.has(file.uri));
  const orphans = await deleteOrphans(
    parts,
    tx,
    needed,
    Map.groupBy(candidates, (file) => directoryOf(parts, workspaceId, file.uri)),
  );
  const all = [scratch, discarded, orphans];
  return { files: all.reduce((sum, item) => sum + item.files, 0), bytes: all.reduce((sum, item) => sum + item.bytes, 0) };
}
