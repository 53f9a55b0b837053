import type { ChangeSet, ProposalCounts, ReadPlan } from "@granary/lake";
import { problem } from "@granary/protocol";
import type { RunningJob } from "@granary/jobs";
import type { Ctx } from "../../context/index.ts";
import { type Readable, readData } from "../../datasets/index.ts";
import { toEngineOptions, uploadPath } from "../../uploads/index.ts";
import { mergeInput } from "../mergeability.ts";
import { planFor } from "../reader-plan.ts";
import type { KeptRules } from "../rules/store.ts";
import type { KeptChoice, RevisionWork } from "../source.ts";
import { storedCondition } from "../stored-condition.ts";
import { type ChangeRow, findRevisionRow, type KeptCounts, type RevisionRow } from "../store.ts";

/** What rows that are proposed came to. */
export interface ComputedRows {
  readonly changeSet: ChangeSet;
  readonly counts: KeptCounts;
  /** Added rows that look like removed ones under another key. */
  readonly rekeyed: number;
  /** Keys that were recognised although their format was damaged. */
  readonly damagedKeys: number;
  readonly proposedRows: number | null;
  /** What was left out and becomes a request of its own. */
  readonly left: { readonly changeSet: ChangeSet; readonly counts: KeptCounts } | null;
}

/** What is computed, for whom. */
export interface Computing {
  /** As whoever asked for the revision. */
  readonly ctx: Ctx;
  readonly row: ChangeRow;
  readonly revision: RevisionRow;
  readonly rules: KeptRules;
  readonly job: RunningJob;
}

type Of<F extends RevisionWork["from"]> = Extract<RevisionWork, { from: F }>;

const PHASES = { reading: "Reading", matching: "Finding rows", comparing: "Comparing cells", counting: "Counting" } as const;
const MAX_EXAMPLES = 20;

type Faults = Pick<KeptCounts, "baseRows" | "keyFaults">;
const noFaults = (baseRows: number): Faults => ({ baseRows, keyFaults: { rows: 0, examples: [] } });

function keptCounts({ columns, ...counts }: ProposalCounts, faults: Faults): KeptCounts {
  const byField = Object.entries(columns).map(([fieldId, { changed, damaged }]) => {
    const cells = Object.values(damaged).reduce((sum, count) => sum + (count ?? 0), 0);
    return [fieldId, { changed, damaged: cells }] as const;
  });
  const { added, removed, modified, formatOnly, unchanged, cells, damagedCells } = counts;
  return { added, removed, modified, formatOnly, unchanged, cells, damagedCells, columns: Object.fromEntries(byField), ...faults };
}

/** Compares a file or edited rows with the version they were made of, as their author sees it. */
function propose({ ctx, row, revision, rules, job }: Computing, work: Of<"file"> | Of<"edits">): Promise<ComputedRows> {
  const { lake, config } = ctx.services;
  return readData(ctx, "propose", async (open) => {
    const { table: from, plan } = await open(row.dataset_id, String(revision.base_version));
    const input = {
      from,
      plan,
      keys: work.keys,
      rules: rules.comparisons,
      signal: ctx.signal,
      onProgress: ({ phase, rows }: { readonly phase: keyof typeof PHASES; readonly rows?: number }) => job.progress(rows ?? 0, undefined, PHASES[phase]),
    };
    const proposal =
      work.from === "file"
        ? await lake.proposeFile({ ...input, path: uploadPath(config.dataDir, work.uploadId), options: toEngineOptions(work.options), missing: work.missing })
        : await lake.proposeRows({ ...input, rows: work.edits });
    const { duplicateRows, nullRows } = proposal.keys.to;
    const examples = proposal.keys.examples.slice(0, MAX_EXAMPLES).map((key) => key.map((cell) => cell ?? "nothing").join(", "));
    const counts = keptCounts(proposal.counts, { baseRows: proposal.baseRows, keyFaults: { rows: duplicateRows + nullRows, examples } });
    const proposedRows = work.from === "file" ? proposal.proposedRows : null;
    const answer = { changeSet: proposal.changeSet, counts, ...proposal.suggestions, proposedRows, left: null };
    return { answer, rows: proposal.baseRows };
  });
}

/** What takes a merged request back: the way from the version it made to the one before. */
function takeBack({ ctx, row, revision }: Computing, { toVersion }: Of<"revert">): Promise<ComputedRows> {
  return readData(ctx, "propose", async (open) => {
    const from = await open(row.dataset_id, String(revision.base_version));
    const to = await open(row.dataset_id, String(toVersion));
    const { counts, changeSet } = await ctx.services.lake.diff({ from: from.table, to: to.table, keys: from.dataset.key_fields ?? [], signal: ctx.signal });
    const cells = Object.values(counts.changedCellsByColumn).reduce((sum, count) => sum + count, 0);
    const columns = Object.fromEntries(Object.entries(counts.changedCellsByColumn).map(([fieldId, changed]) => [fieldId, { changed, damaged: {} }]));
    const { added, removed, modified, unchanged } = counts;
    const all = { added, removed, modified, unchanged, formatOnly: 0, cells, damagedCells: 0, columns };
    const answer = { changeSet, counts: keptCounts(all, noFaults(from.table.rows)), rekeyed: 0, damagedKeys: 0, proposedRows: null, left: null };
    return { answer, rows: added + removed + modified };
  });
}

const seenChoice = <C extends KeptChoice>(readable: Readable, { fieldIds, filter, keys, kinds, ...choice }: C) => ({
  ...choice,
  ...(keys === undefined ? {} : { keys }),
  ...(kinds === undefined ? {} : { kinds }),
  ...(fieldIds === undefined ? {} : { columns: fieldIds }),
  ...(filter === undefined ? {} : { filter: storedCondition(readable, filter, "filter") }),
});

/** The change set that a choice is made in. */
async function chosenFrom({ ctx, row }: Computing, number: number): Promise<{ readonly changeSet: ChangeSet; readonly counts: KeptCounts }> {
  const revision = await findRevisionRow(ctx.db, row.id, number);
  if (revision?.changeSet == null || revision.keptCounts === null) throw problem("change.revision_not_found", { revision: number });
  return { changeSet: revision.changeSet, counts: revision.keptCounts };
}

/** Opens the version a revision is over, with what of its change set the reader sees. */
type Seeing = (readable: Readable, plan: ReadPlan) => Promise<ComputedRows>;

function asSeen({ ctx, row, revision }: Computing, changeSet: ChangeSet, work: Seeing): Promise<ComputedRows> {
  return readData(ctx, "review", async (open) => {
    const readable = await open(row.dataset_id, String(revision.base_version));
    const answer = await work(readable, planFor(readable, changeSet));
    return { answer, rows: changeSet.file?.records ?? 0 };
  });
}

async function choose(computing: Computing, { choices, revision, isSplit }: Of<"selection">): Promise<ComputedRows> {
  const { changeSet, counts } = await chosenFrom(computing, revision);
  return asSeen(computing, changeSet, async (readable, plan) => {
    const chosen = choices.map((choice) => seenChoice(readable, choice));
    const { kept, left } = await computing.ctx.services.lake.chooseChanges(changeSet, {
      plan,
      choices: chosen,
      baseRows: counts.baseRows,
      signal: computing.ctx.signal,
    });
    if (kept.changeSet.file === null) throw problem("change.nothing_left");
    const faults = { baseRows: counts.baseRows, keyFaults: counts.keyFaults };
    const rest = left === null || !isSplit ? null : { changeSet: left.changeSet, counts: keptCounts(left.counts, noFaults(counts.baseRows)) };
    return { changeSet: kept.changeSet, counts: keptCounts(kept.counts, faults), rekeyed: 0, damagedKeys: 0, proposedRows: null, left: rest };
  });
}

async function resolve(computing: Computing, { resolutions, revision, rest }: Of<"resolution">): Promise<ComputedRows> {
  const { rules, ctx } = computing;
  const { changeSet } = await chosenFrom(computing, revision);
  return asSeen(computing, changeSet, async (readable, plan) => {
    const resolved = await ctx.services.lake.resolveChanges(changeSet, {
      onto: readable.table,
      strictness: rules.strictness,
      groups: rules.columnGroups,
      plan,
      resolutions: resolutions.map(({ value, ...resolution }) => ({ ...seenChoice(readable, resolution), ...(value === undefined ? {} : { value }) })),
      ...(rest === null ? {} : { rest }),
      signal: ctx.signal,
    });
    const input = await mergeInput(ctx, { changeSet: resolved.changeSet, rules, snapshotId: readable.version.snapshotId }, readable.table);
    const { conflicts } = await ctx.services.lake.preflight(input);
    if (conflicts.rows > 0) throw problem("change.conflicts", { count: conflicts.rows });
    return {
      changeSet: resolved.changeSet,
      counts: keptCounts(resolved.counts, noFaults(readable.table.rows)),
      rekeyed: 0,
      damagedKeys: 0,
      proposedRows: null,
      left: null,
    };
  });
}

/** What a revision of rows changes, computed as whoever asked for it. */
export function computeRows(computing: Computing): Promise<ComputedRows> {
  const work: RevisionWork = computing.revision.source;
  switch (work.from) {
    case "file":
    case "edits":
      return propose(computing, work);
    case "revert":
      return takeBack(computing, work);
    case "selection":
      return choose(computing, work);
    case "resolution":
      return resolve(computing, work);
    default:
      throw new Error(`a revision from ${work.from} needs no comparison`);
  }
}
