import type { LakeTransaction, Maintained } from "@granary/lake";
import type { Ctx } from "../../context/index.ts";
import { followCompaction } from "./follow-compaction.ts";
import type { MaintainedTable } from "./maintained-table.ts";

/** What maintenance of one table did, as its event and the job's log tell it. Files that were let go are freed by a later night. */
export interface MaintenanceFigures {
  readonly filesRewritten: number;
  readonly filesWritten: number;
  readonly manifestsMerged: number;
  readonly snapshotsExpired: number;
  readonly filesLetGo: number;
  readonly bytesLetGo: number;
  readonly filesFreed: number;
  readonly bytesFreed: number;
  readonly isUnfinished: boolean;
}

const NOT_COMPACTED = { filesBefore: 0, deleteFilesBefore: 0, filesAfter: 0, isUnfinished: false };
const NOT_MERGED = { before: 0, after: 0 };
const NOT_EXPIRED = { snapshotIds: [], files: 0, bytes: 0 };

function figuresOf(maintained: Maintained): MaintenanceFigures {
  const { compacted = NOT_COMPACTED, manifests = NOT_MERGED, expired = NOT_EXPIRED, metadata, deleted } = maintained;
  return {
    filesRewritten: compacted.filesBefore + compacted.deleteFilesBefore,
    filesWritten: compacted.filesAfter,
    manifestsMerged: manifests.before - manifests.after,
    snapshotsExpired: expired.snapshotIds.length,
    filesLetGo: metadata.files + expired.files,
    bytesLetGo: metadata.bytes + expired.bytes,
    filesFreed: deleted.files,
    bytesFreed: deleted.bytes,
    isUnfinished: compacted.isUnfinished,
  };
}

const isNothing = (figures: MaintenanceFigures): boolean => Object.values(figures).every((value) => value === 0 || value === false);

/** Does to one table what its policy asks for and notes what came of it; undefined when there was nothing to do. */
export async function maintainTable(ctx: Ctx, table: MaintainedTable): Promise<MaintenanceFigures | undefined> {
  const { id, workspaceId, name, tableName } = table;
  const transaction = <T>(work: (tx: LakeTransaction) => Promise<T>): Promise<T> =>
    ctx.system.tx(async (ctx) => {
      const result = await work(ctx.db);
      await followCompaction(ctx, table);
      return result;
    });
  const figures = figuresOf(await ctx.services.lake.maintain({ workspaceId, tableName, transaction, signal: ctx.signal }));
  if (isNothing(figures)) return undefined;
  await ctx.system.tx((ctx) => ctx.record({ type: "dataset.maintained", subject: { id, label: name }, workspaceId, data: { ...figures } }));
  return figures;
}
