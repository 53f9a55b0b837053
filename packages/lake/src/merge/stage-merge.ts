import type { EngineSession } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { Guard } from "../change/index.ts";
import { liveFiles } from "../files/index.ts";
import { BATCH_COLUMN, type OpenTable } from "../table/index.ts";
import { applyDecisions, branchOf, holdRows, isSmall, keyRanges, stagedChange, type Staging, staging } from "../write/index.ts";
import { checkRules } from "./check-rules.ts";
import { createMerged, GOING, mergedColumns, MERGED } from "./merged-rows.ts";
import { tally } from "./preflight.ts";
import { canMatch, judge, judgedFields, type MergeParts, type Opened, withChanges, withRoom } from "./session-work.ts";
import type { StagedMerge, StageMergeInput } from "./types.ts";

type Merge = Pick<StagedMerge, "removed" | "guard" | "counts" | "rows">;

const sameSet = (left: readonly number[], right: readonly number[]): boolean => left.length === right.length && left.every((id) => right.includes(id));

/** Sets of columns that have to stay unique and may not be after this merge; that keys of matched rows are there once was seen already. */
function setsToCheck({ onto, changeSet, facts }: Opened, { rules }: StageMergeInput): readonly (readonly number[])[] {
  const keys = onto.schema["identifier-field-ids"] ?? [];
  const declared = [...(rules.unique ?? []), ...(keys.length > 0 ? [keys] : [])].filter((set) => set.length > 0);
  const isChanged = (set: readonly number[]): boolean => facts.added + facts.wholeRows > 0 || set.some((id) => facts.touched.has(id));
  const isSeen = (set: readonly number[]): boolean => facts.wholeRows === 0 && sameSet(set, changeSet.keys);
  return declared.filter((set, index) => isChanged(set) && !isSeen(set) && declared.findIndex((other) => sameSet(other, set)) === index);
}

function requireFit(opened: Opened): void {
  if (opened.misfits.length === 0 && canMatch(opened)) return;
  const names = opened.changeSet.columns.filter((item) => opened.misfits.includes(item.fieldId)).map((item) => item.name);
  throw problem("change.schema_changed", { columns: names.join(", ") });
}

function guardOf({ columns, near }: Opened, touched: readonly string[], isAlone: boolean): Guard {
  if (isAlone) return { kind: "head" };
  if (near.keys.rows > 0)
    return {
      kind: "keys",
      uris: touched,
      keys: keyRanges(
        columns.keys.map((item) => item.field),
        near.keys,
      ),
    };
  return touched.length === 0 ? { kind: "none" } : { kind: "files", uris: touched };
}

async function merge(
  session: EngineSession,
  parts: MergeParts,
  files: Staging,
  { input, opened }: { readonly input: StageMergeInput; readonly opened: Opened },
): Promise<Merge> {
  const { onto, signal, batch, rules, quotable = [], onPhase } = input;
  requireFit(opened);
  const unique = setsToCheck(opened, input);
  const columns = mergedColumns(opened, unique, batch);
  const live = liveFiles(onto).data;
  onPhase?.("matching");
  await using held = await holdRows({ fileIo: parts.fileIo, session }, onto, isSmall(live) ? live : opened.near.files, signal);
  const read = [...judgedFields(opened), ...columns.given.map((item) => item.fieldId), ...columns.beside.map((field) => field.id)];
  await judge(session, opened, held, read);
  const counted = await tally(session, opened);
  if (counted.conflicts > 0) throw problem("change.conflicts", { count: counted.conflicts });
  const rows = await createMerged(session, opened, columns);
  await checkRules(session, parts, { onto, columns, rules, unique, quotable, signal });
  onPhase?.("writing");
  const given = new Set([
    ...columns.given.map((item) => item.fieldId),
    ...columns.beside.map((field) => field.id),
    ...(columns.batch === undefined ? [] : [columns.batch.field.id]),
  ]);
  const removal = await applyDecisions(session, files, {
    table: onto,
    live,
    held,
    coming: MERGED,
    given: onto.schema.fields.filter((field) => given.has(field.id)),
    going: GOING,
    counts: { added: rows.added, replaced: rows.updated },
    expectedBytes: opened.file.bytes,
  });
  return {
    removed: removal.removed,
    guard: guardOf(opened, removal.touched, unique.length > 0 || input.strictness === "table"),
    counts: { addedRows: rows.added, deletedRows: rows.deleted, replacedRows: rows.updated },
    rows: { ...rows, already: counted.already },
  };
}

function requireBatches(onto: OpenTable, batch: string | undefined): void {
  if (batch === undefined || onto.schema.fields.some((field) => field.name === BATCH_COLUMN)) return;
  throw problem("lake.columns_mismatch", { reason: `it keeps no batches; add the column ${BATCH_COLUMN} first` });
}

const NOTHING: Merge = {
  removed: [],
  guard: { kind: "none" },
  counts: { addedRows: 0, deletedRows: 0, replacedRows: 0 },
  rows: { added: 0, updated: 0, deleted: 0, already: 0 },
};

/** Stages a change set as one change of the table's branch, after the same judgement as `preflight` and the rules of the dataset. */
export async function stageMerge(parts: MergeParts, input: StageMergeInput): Promise<StagedMerge> {
  const { onto, batch } = input;
  branchOf(onto);
  requireBatches(onto, batch);
  const stage = (isRoomy: boolean): Promise<StagedMerge> =>
    staging(parts.fileIo, onto.location, async (files) => {
      const work = (session: EngineSession, opened: Opened): Promise<Merge> => merge(session, parts, files, { input, opened });
      const { rows, ...change } = (await withChanges(parts, input, { isWhole: false, isRoomy }, work)) ?? NOTHING;
      return { ...stagedChange({ table: onto, added: await files.settle(), ...change }), rows };
    });
  return withRoom(stage);
}
