import { problem } from "@granary/protocol";
import { addDiscards, type LakeTransaction, type RegisteredFile } from "../../catalog/index.ts";
import { lockExisting, metadataName, type StagedFile } from "../../change/index.ts";
import { printMetadata } from "../../iceberg/index.ts";
import type { MaintainParts } from "../maintain-parts.ts";
import type { History } from "./history.ts";
import type { Rewritten, RewrittenHistory } from "./rewrite-history.ts";
import type { EraseRequest } from "./types.ts";

export interface ErasureToCommit {
  readonly history: History;
  readonly rewritten: Rewritten;
  readonly next: RewrittenHistory;
}

/** What it stored, but for the metadata itself. */
export function newFiles({ rewritten, next }: ErasureToCommit): readonly RegisteredFile[] {
  const staged = [...rewritten.replaced.values()].filter((file): file is StagedFile => file !== null);
  const rows = staged.map(({ uri, bytes, sha256, content }): RegisteredFile => ({ uri, bytes, sha256, kind: content === "data" ? "data" : "delete" }));
  const changeSets = rewritten.changeSets.flatMap(({ file }): readonly RegisteredFile[] =>
    file === null ? [] : [{ uri: file.uri, bytes: file.bytes, sha256: file.sha256, kind: "change_set" }],
  );
  return [...rows, ...changeSets, ...next.files];
}

/** What the commit makes needless. */
export function replacedFiles({ rewritten, next }: ErasureToCommit): readonly string[] {
  return [...rewritten.replaced.keys(), ...rewritten.changeSets.map(({ uri }) => uri), ...next.obsolete];
}

/**
 * Points the table at its history without the erased rows, and notes in the same transaction that what it replaces is to be
 * deleted at once. Throws `lake.commit_conflict` when somebody committed since the history was read.
 */
export async function commitErasure(parts: MaintainParts, tx: LakeTransaction, request: EraseRequest, erasure: ErasureToCommit): Promise<void> {
  const { history, next, rewritten } = erasure;
  const base = await lockExisting(parts, tx, request);
  if (base.metadataLocation !== history.metadataLocation) throw problem("lake.commit_conflict");
  const uri = `${next.metadata.location}/metadata/${metadataName(base.metadataLocation)}`;
  const stored = await parts.fileIo.write(uri, printMetadata(next.metadata));
  const files: readonly RegisteredFile[] = [...newFiles(erasure), { ...stored, kind: "metadata" }];
  await parts.catalog.commit(tx, request, { from: base.metadataLocation, to: uri, files, forgotten: [] });
  await addDiscards(tx, request, replacedFiles(erasure), parts.now());
  await request.alongside?.(tx, rewritten.changeSets);
}
