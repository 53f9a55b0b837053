import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { LakeTransaction } from "../../catalog/index.ts";
import { staging, withEngine } from "../../write/index.ts";
import type { MaintainParts } from "../maintain-parts.ts";
import { commitErasure, type ErasureToCommit, newFiles, replacedFiles } from "./commit-erasure.ts";
import { deleteErased } from "./delete-erased.ts";
import { loadKeys } from "./erased-keys.ts";
import { findRows, forgetRows, type FoundRows, type Search, visibleRows } from "./find-rows.ts";
import { type History, idOf, readHistory } from "./history.ts";
import { proveErased } from "./prove-erased.ts";
import { rewriteChangeSets } from "./rewrite-change-sets.ts";
import { type Replaced, rewriteDataFiles, rewriteEqualityDeletes, rewritePositionDeletes, type Rewriting } from "./rewrite-files.ts";
import { hasForgotten, rewriteHistory } from "./rewrite-history.ts";
import { jsonContent, Traces } from "./traces.ts";
import type { Erasure, EraseRequest } from "./types.ts";

/** After so many lost races against other writers the table is locked before it is read: they wait then. */
const FREE_ATTEMPTS = 3;

async function replaceFiles(rewriting: Rewriting): Promise<Replaced> {
  const data = await rewriteDataFiles(rewriting);
  return new Map([...data, ...(await rewritePositionDeletes(rewriting, data)), ...(await rewriteEqualityDeletes(rewriting))]);
}

/** What one attempt found; `erasure` is undefined when there is nothing to erase. */
interface Prepared {
  readonly found: FoundRows;
  readonly erasure: ErasureToCommit | undefined;
}

/** Whether older metadata files name a key, as in a property that was changed since. */
async function isNamedInLog(parts: MaintainParts, { keys }: Search, { metadata }: History): Promise<boolean> {
  const traces = new Traces(keys);
  for (const { "metadata-file": uri } of metadata["metadata-log"] ?? []) if (traces.inBytes(jsonContent(await parts.fileIo.read(uri))).length > 0) return true;
  return false;
}

type Within = <T>(work: (tx: LakeTransaction) => Promise<T>) => Promise<T>;

/** Everything but the commit, for which another history is stored beside the one the table has. */
async function prepare(parts: MaintainParts, search: Search, request: EraseRequest, within: Within): Promise<Prepared> {
  const [history, kept] = await within(async (tx) => [await readHistory(tx, parts.store, request), await parts.catalog.changeSetsOf(tx, request)] as const);
  const { location } = history.metadata;
  const found = await findRows(search, history);
  try {
    const visible = await visibleRows(search, history, found);
    const replaced = await staging(parts.fileIo, location, (staged) => replaceFiles({ search, history, found, staged }));
    const changeSets = await rewriteChangeSets(search, location, kept);
    if (replaced.size + changeSets.length === 0 && !hasForgotten(history) && !(await isNamedInLog(parts, search, history)))
      return { found, erasure: undefined };
    const rewritten = { replaced, changeSets, visible, erasedAt: parts.now() };
    return { found, erasure: { history, rewritten, next: await rewriteHistory(parts.fileIo, history, rewritten) } };
  } finally {
    await forgetRows(search.session, found);
  }
}

/** One try; undefined when somebody else committed meanwhile. */
async function tryOnce(parts: MaintainParts, search: Search, request: EraseRequest, within: Within): Promise<Prepared | undefined> {
  const prepared = await prepare(parts, search, request, within);
  const { erasure } = prepared;
  if (erasure === undefined) return prepared;
  try {
    await within((tx) => commitErasure(parts, tx, request, erasure));
    return prepared;
  } catch (error) {
    // Any other error may come after a commit whose answer was lost; the files then belong to the table.
    if (!isAppError(error, "lake.commit_conflict")) throw error;
    await parts.fileIo.delete(newFiles(erasure).map((file) => file.uri));
    return undefined;
  }
}

/** Beside writers at first; one that is always faster is made to wait in the end. */
async function eraseRows(parts: MaintainParts, search: Search, request: EraseRequest): Promise<Prepared> {
  for (let attempt = 1; attempt <= FREE_ATTEMPTS; attempt += 1) {
    search.signal?.throwIfAborted();
    const done = await tryOnce(parts, search, request, request.transaction);
    if (done !== undefined) return done;
  }
  return request.transaction(async (tx) => {
    await parts.catalog.lock(tx, request);
    const done = await tryOnce(parts, search, request, (work) => work(tx));
    // Only a writer of another engine passes the lock.
    if (done === undefined) throw problem("lake.commit_conflict");
    return done;
  });
}

function snapshotsOf({ history, next, rewritten }: ErasureToCommit): Erasure["snapshots"] {
  const changed = new Set(next.changed);
  return history.snapshots
    .filter((snapshot) => changed.has(idOf(snapshot)))
    .map((snapshot) => ({
      snapshotId: idOf(snapshot),
      sequenceNumber: String(snapshot["sequence-number"]),
      rows: rewritten.visible.get(idOf(snapshot)) ?? 0,
    }));
}

function report(done: Prepared, counts: { readonly keys: number; readonly filesScanned: number; readonly filesDeleted: number }, at: Date): Erasure {
  const { erasure, found } = done;
  return {
    ...counts,
    erasedAt: erasure?.rewritten.erasedAt ?? at,
    filesRewritten: erasure === undefined ? 0 : replacedFiles(erasure).length,
    rowsRemoved: found.rows.values().reduce((sum, rows) => sum + rows, 0),
    snapshots: erasure === undefined ? [] : snapshotsOf(erasure),
    changeSets: erasure?.rewritten.changeSets ?? [],
    proof: true,
  };
}

/**
 * Takes the rows of given keys out of all snapshots, branches, tags and kept change sets of a table, as if they had never
 * been there: ids, times and names of the history stay, its files are others. One commit switches over; the old files are
 * deleted at once, without the time readers otherwise get, and every file that is left is searched. Stopped anywhere, it is
 * finished by calling it again. Throws `lake.keys_missing`, `lake.null_keys`, and `lake.erasure_incomplete` when something
 * is left, such as a key in a property, or rows that came meanwhile.
 */
export async function erase(parts: MaintainParts, request: EraseRequest): Promise<Erasure> {
  const { signal } = request;
  const { metadata } = await request.transaction((tx) => parts.store.load(tx, request));
  return withEngine(parts, { bytes: Number.POSITIVE_INFINITY, signal }, async (session) => {
    const keys = await loadKeys(session, metadata, request);
    const search: Search = { fileIo: parts.fileIo, session, keys, signal };
    const done = await eraseRows(parts, search, request);
    const filesDeleted = await deleteErased(parts, request.transaction, request);
    const filesScanned = await proveErased(parts, search, request);
    return report(done, { keys: keys.values.length, filesScanned, filesDeleted }, parts.now());
  });
}
