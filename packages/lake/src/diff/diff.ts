import { type Engine, type EngineSession, withFewerThreads } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { FileIo } from "../file-io/index.ts";
import { type Alignment, alignColumns, type ChangeQueryInput, isProposal } from "./align-columns.ts";
import { changeQuery } from "./change-query.ts";
import {
  comparedBytes,
  type ComparedRows,
  comparedRows,
  type ComparisonPlan,
  countOldRows,
  createRows,
  holdCompared,
  planComparison,
} from "./compared-rows.ts";
import { type CountedChanges, countChanges, NO_CHANGES } from "./count-changes.ts";
import { duplicateKeys, faultCounts } from "./key-queries.ts";
import { DUPLICATES } from "./names.ts";
import { schemaDifferences } from "./schema-differences.ts";
import { storeChangeSet } from "./store-change-set.ts";
import type { ChangeSet, DiffPath, DiffRequest, DiffResult } from "./types.ts";

export interface DiffParts {
  readonly engine: Engine;
  readonly fileIo: FileIo;
}

const WARM_BYTES = 16 * 1024 * 1024;
const DEADLINE_MS = 3_600_000;

function checkSides({ from, to }: DiffRequest): void {
  if (!isProposal(to) && to.tableUuid !== from.tableUuid) throw problem("lake.diff_invalid", { reason: "the two snapshots are of different tables" });
}

/** Whether some rows cannot be told apart by their keys; makes the table of the keys that occur twice. */
async function findFaults(session: EngineSession, { keys }: Alignment, rows: ComparedRows): Promise<boolean> {
  if (keys.length === 0) return true;
  await session.run({ kind: "createTable", name: DUPLICATES, query: duplicateKeys(keys, rows.rest !== undefined) });
  const { rows: counts } = await session.run({ kind: "query", query: faultCounts(keys) });
  return counts.some(([count]) => Number(count) > 0);
}

interface Compared extends CountedChanges {
  readonly file: ChangeSet["file"];
  readonly unchanged: number;
}

interface Comparison {
  readonly request: DiffRequest;
  readonly columns: Alignment;
  readonly rows: ComparedRows;
}

async function compare(parts: DiffParts, session: EngineSession, { request, columns, rows }: Comparison): Promise<Compared> {
  const { from, to } = request;
  request.onProgress?.({ phase: "keys" });
  await createRows(session, rows);
  const hasFaults = await findFaults(session, columns, rows);
  request.onProgress?.({ phase: "comparing" });
  const input: ChangeQueryInput = { columns, hasFaults, missingAreRemoved: !isProposal(to) || to.missing !== "kept" };
  const stored = await storeChangeSet(session, parts.fileIo, { query: changeQuery(input), location: from.location }, async (path) => {
    request.onProgress?.({ phase: "counting" });
    return countChanges(session, columns, path);
  });
  const counted = stored?.counted ?? NO_CHANGES;
  return { ...counted, file: stored?.file ?? null, unchanged: (await countOldRows(session, rows)) - counted.oldRows };
}

/** The columns as the change set tells them: those of the newer side in its order, then those only the older one has. */
function shownColumns({ from, to }: DiffRequest, columns: Alignment): ChangeSet["columns"] {
  const order = [...new Set([...to.columns, ...from.columns].map((item) => item.fieldId))];
  const compared = [...columns.keys, ...columns.values];
  return compared.toSorted((left, right) => order.indexOf(left.fieldId) - order.indexOf(right.fieldId)).map((item) => item.column);
}

/** Columns a proposal leaves out were not edited, and their order means nothing. */
function schemaOf({ from, to }: DiffRequest): DiffResult["schema"] {
  const all = schemaDifferences(from.columns, to.columns);
  return isProposal(to) ? all.filter((item) => item.kind !== "dropped" && item.kind !== "reordered") : all;
}

function toResult(request: DiffRequest, columns: Alignment, path: DiffPath, compared: Compared): DiffResult {
  const { from, to } = request;
  return {
    counts: { ...compared.counts, unchanged: compared.unchanged },
    keys: compared.keys,
    schema: schemaOf(request),
    path,
    changeSet: {
      file: compared.file,
      workspaceId: from.workspaceId,
      tableName: from.tableName,
      fromSnapshotId: from.snapshotId,
      toSnapshotId: isProposal(to) ? null : to.snapshotId,
      keys: columns.keys.map((key) => key.fieldId),
      columns: shownColumns(request, columns),
      dropped: [...columns.keys, ...columns.values].filter((item) => !item.inTo).map((item) => item.fieldId),
    },
  };
}

/** Few rows go to a warm process; many to one of their own, and again with fewer threads when its memory was not enough. */
async function runCompared<T>(parts: DiffParts, request: DiffRequest, plan: ComparisonPlan, work: (session: EngineSession) => Promise<T>): Promise<T> {
  const { signal, memoryBytes } = request;
  const common = { deadlineMs: DEADLINE_MS, ...(signal === undefined ? {} : { signal }) };
  if (memoryBytes === undefined && comparedBytes(plan) <= WARM_BYTES && !isProposal(request.to)) return parts.engine.use({ kind: "read", ...common }, work);
  return withFewerThreads(parts.engine, { ...common, ...(memoryBytes === undefined ? {} : { memoryBytes }) }, work);
}

/** As `diff`, on a given path: for tests, which expect the same answer of each. */
export async function diffOnPath(parts: DiffParts, request: DiffRequest, forced: DiffPath | undefined): Promise<DiffResult> {
  checkSides(request);
  const columns = alignColumns(request);
  const plan = planComparison(request, forced);
  const compared = await runCompared(parts, request, plan, async (session) => {
    await using held = await holdCompared({ fileIo: parts.fileIo, session }, request, { columns, plan });
    return await compare(parts, session, { request, columns, rows: comparedRows(request, columns, plan, held) });
  });
  return toResult(request, columns, plan.path, compared);
}

/**
 * Compares two snapshots of a table, or a snapshot and proposed rows, and stores what differs as a change set. Nulls equal
 * nulls, NaN equals NaN, -0 equals 0, decimals and times are exact, nested values are compared whole (maps without regard
 * to order); columns are found by field id, in the wider type where it changed. Throws `lake.diff_invalid` when the sides
 * cannot be compared.
 */
export const diff = (parts: DiffParts, request: DiffRequest): Promise<DiffResult> => diffOnPath(parts, request, undefined);
