import { call, column, type EngineSession, type Query } from "@granary/engine";
import { problem } from "@granary/protocol";
import { type Alignment, DUPLICATES, duplicateKeys, faultCounts, keyName, NEW, OLD } from "../diff/index.ts";
import type { FileIo } from "../file-io/index.ts";
import { storedColumn } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import {
  type BaseRows,
  candidateHashes,
  candidateKeys,
  type Looked,
  MET,
  MET_COUNTS,
  metKeys,
  metRows,
  newTexts,
  newTyped,
  oldRows,
  type ProposedTexts,
  scanSeen,
} from "./candidates.ts";
import { misfitCells, misfitKeys, requireMasked, valuesMismatch } from "./check-judged.ts";
import { judgedRows, proposedChanges } from "./judge-rows.ts";
import { CANDIDATES, IS_ADDED, named, NEW_TEXTS, PAIRED } from "./names.ts";
import { repairKeys } from "./repair-keys.ts";
import { type ComparedCells, pairedRows, touchedCounts } from "./pair-rows.ts";
import { asCompared, type StoredProposal, storeProposal, unpaired } from "./store-proposal.ts";
import type { ProposeInput } from "./types.ts";

/** Proposed rows that are few beside the table are all looked at: finding out which of them differ would read the whole table. */
const MAX_LOOKED_AT = 50_000;

export interface TextComparison {
  readonly input: ProposeInput;
  readonly base: BaseRows;
  readonly texts: ProposedTexts;
  readonly proposedRows: number;
  readonly missing: "kept" | "removed";
}

function cellsOf({ base, texts }: TextComparison): ComparedCells {
  const keyIds = new Set(texts.keys.map((item) => item.fieldId));
  const edited = texts.cells.filter((item) => item.mask === undefined);
  const editedIds = new Set(edited.map((item) => item.fieldId));
  const columns = base.columns.filter((item) => !keyIds.has(item.fieldId));
  const alignment: Alignment = {
    keys: texts.keys.map((item) => asCompared(item.source, true)),
    values: columns.map((item) => asCompared(item, editedIds.has(item.fieldId))),
  };
  return { alignment, keys: texts.keys, edited, masked: texts.cells.filter((item) => item.mask !== undefined), columns };
}

const create = (session: EngineSession, name: string, query: Query): Promise<unknown> => session.run({ kind: "createTable", name, query });

async function numbers(session: EngineSession, query: Query): Promise<readonly number[]> {
  return (await session.run({ kind: "query", query })).rows[0]?.map(Number) ?? [];
}

async function findCandidates(session: EngineSession, { input, base, texts, missing, proposedRows }: TextComparison): Promise<void> {
  if (texts.keys.length === 0) return void (await create(session, CANDIDATES, candidateHashes(base, texts)));
  await create(session, MET.table, metRows(base, texts));
  const counted = await numbers(session, MET_COUNTS);
  const isOnce = counted[0] === (await countSeen(session, base, input.from)) && counted[1] === proposedRows;
  await create(session, CANDIDATES, isOnce ? metKeys(texts, missing) : candidateKeys(base, texts, missing));
  await session.run({ kind: "dropTable", name: MET.table });
}

/** Brings the rows that may differ together: of the file as texts, of the snapshot with all their columns. Answers how many keys were damaged. */
async function gather(session: EngineSession, comparison: TextComparison): Promise<number> {
  const { base, texts, missing, proposedRows } = comparison;
  const isFew = missing === "kept" && texts.keys.length > 0 && proposedRows <= MAX_LOOKED_AT;
  const looked: Looked = isFew ? "proposed" : "candidates";
  if (!isFew) await findCandidates(session, comparison);
  await create(session, NEW_TEXTS, newTexts(texts, looked));
  const damagedKeys = await repairKeys(session, base, texts);
  const options = missing === "removed" ? ({ table: CANDIDATES, withNulls: true } as const) : ({ table: NEW_TEXTS, withNulls: false } as const);
  await create(session, OLD, oldRows(base, texts, options));
  await session.run({ kind: "createView", name: NEW, query: newTyped(texts, base.columns) });
  return damagedKeys;
}

async function findFaults(session: EngineSession, { keys }: Alignment): Promise<boolean> {
  if (keys.length === 0) return true;
  await create(session, DUPLICATES, duplicateKeys(keys, false));
  const { rows } = await session.run({ kind: "query", query: faultCounts(keys) });
  return rows.some(([count]) => Number(count) > 0);
}

/** Throws `change.hidden_rows` when an added key is that of a row the proposer does not see. */
async function requireSeen(session: EngineSession, { base, texts }: TextComparison): Promise<void> {
  if (base.proposer.filter === undefined || texts.keys.length === 0) return;
  const ids = texts.keys.map((item) => item.fieldId);
  const hidden: Query = { kind: "select", items: ids.map((id) => ({ expression: storedColumn(id), as: keyName(id) })), ...scanSeen(base, ids, "hidden") };
  const added: Query = { kind: "select", items: ids.map((id) => named(keyName(id))), from: { kind: "table", name: PAIRED }, where: column(IS_ADDED) };
  const [count = 0] = await numbers(session, {
    kind: "select",
    items: [{ expression: call("count_rows"), as: "rows" }],
    from: { kind: "query", query: { kind: "intersect", queries: [added, hidden] } },
  });
  if (count > 0) throw problem("change.hidden_rows", { count });
}

/** Pairs and judges the rows that their keys identify. */
async function judge(session: EngineSession, comparison: TextComparison, cells: ComparedCells, hasFaults: boolean): Promise<ReadonlySet<number>> {
  await create(session, PAIRED, pairedRows({ cells, hasFaults, missing: comparison.missing }));
  await requireSeen(session, comparison);
  await requireMasked(session, PAIRED, cells);
  const [added = 0, ...counts] = await numbers(session, touchedCounts(cells));
  const touched = new Set(cells.edited.filter((_, index) => (counts[index] ?? 0) > 0).map((item) => item.fieldId));
  let before = PAIRED;
  for (const { name, query } of judgedRows({ cells, touched, rules: comparison.base.proposer.rules }, added > 0)) {
    await create(session, name, query);
    await session.run({ kind: "dropTable", name: before });
    before = name;
  }
  const misfits = await misfitCells(session, cells);
  if (misfits.count > 0) throw valuesMismatch(misfits);
  return touched;
}

/** Compares proposed texts with the rows of a snapshot, and stores what differs. Throws as `proposeFile`. */
export async function compareTexts(
  session: EngineSession,
  parts: { readonly fileIo: FileIo; readonly from: OpenTable },
  comparison: TextComparison,
): Promise<StoredProposal & { readonly damagedKeys: number }> {
  const { input, missing } = comparison;
  const cells = cellsOf(comparison);
  const { alignment } = cells;
  input.onProgress?.({ phase: "matching", rows: comparison.proposedRows });
  const damagedKeys = await gather(session, comparison);
  const hasFaults = await findFaults(session, alignment);
  const keyMisfits = await misfitKeys(session, cells.keys);
  if (keyMisfits.count > 0) throw valuesMismatch(keyMisfits);
  input.onProgress?.({ phase: "comparing" });
  const hasKeys = alignment.keys.length > 0;
  const touched = hasKeys ? await judge(session, comparison, cells, hasFaults) : new Set<number>();
  const queries = [
    ...(hasKeys ? [proposedChanges({ cells, touched, rules: comparison.base.proposer.rules })] : []),
    ...(hasFaults ? [unpaired(alignment, missing)] : []),
  ];
  return { ...(await storeProposal(session, parts, { input, alignment, queries })), damagedKeys };
}

/** How many rows of the snapshot the proposer sees. */
export async function countSeen(session: EngineSession, base: BaseRows, from: OpenTable): Promise<number> {
  if (base.proposer.filter === undefined && from.entries.every(({ file }) => file.content === "data")) return from.rows;
  const [count = 0] = await numbers(session, { kind: "select", items: [{ expression: call("count_rows"), as: "rows" }], ...scanSeen(base, []) });
  return count;
}
