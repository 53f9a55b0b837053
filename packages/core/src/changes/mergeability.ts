import { isAppError } from "@granary/kernel";
import type { ChangeSet, Lake, MergeInput, OpenTable, Preflight } from "@granary/lake";
import type { ChangeRequest } from "@granary/protocol";
import type { Ctx, TxCtx } from "../context/index.ts";
import { BoundedCache } from "../datasets/index.ts";
import type { KeptRules } from "./rules/store.ts";
import type { SeenChange } from "./seen-change.ts";
import { hiddenParts } from "./sight.ts";
import { isProposable } from "./states.ts";

type Mergeability = ChangeRequest["mergeability"];

/** Looks at open requests that are kept at hand: one per proposal and state of its dataset. */
const MAX_KEPT = 500;
const caches = new WeakMap<Lake, BoundedCache<Preflight>>();

function cacheOf(lake: Lake): BoundedCache<Preflight> {
  const cache = caches.get(lake) ?? new BoundedCache<Preflight>(MAX_KEPT, () => 1);
  caches.set(lake, cache);
  return cache;
}

const rows = (count: number): string => (count === 1 ? "1 row" : `${count} rows`);
const versions = (count: number): string => (count === 1 ? "1 version came" : `${count} versions came`);

const NOTHING = { versionsBehind: 0, conflictingRows: 0, conflictingCells: 0 } as const;

/** What can be told without looking at any row; undefined when rows have to be looked at. */
function atOnce({ current, dataset, isGone, row }: SeenChange): Mergeability | undefined {
  if (isGone) return { ...NOTHING, state: "dataset_gone", text: "The dataset lies in the trash." };
  if (!isProposable(row.state) || current === undefined) return { ...NOTHING, state: "unknown", text: "" };
  const versionsBehind = dataset.data_version - current.base_version;
  if (versionsBehind <= 0) return { ...NOTHING, state: "clean", text: "Nobody changed the dataset since." };
  if (row.kind === "rows") return undefined;
  if (dataset.schema_version === current.schema_version)
    return { ...NOTHING, versionsBehind, state: "rebase", text: `${versions(versionsBehind)} since, with the same columns.` };
  return { ...NOTHING, versionsBehind, state: "schema_changed", text: "The dataset's columns were changed since. Propose the change again." };
}

/** What is merged into a state of its table, and by which rules. The base is needed where any edit of others counts. */
export async function mergeInput(
  ctx: Ctx,
  { changeSet, rules, snapshotId }: { readonly changeSet: ChangeSet; readonly rules: KeptRules; readonly snapshotId: string },
  onto: OpenTable,
): Promise<MergeInput> {
  const { strictness, columnGroups: groups } = rules;
  if (strictness !== "table") return { changeSet, onto, strictness, groups };
  const { workspaceId, tableName } = changeSet;
  const { snapshots } = await ctx.services.lake.snapshots(ctx.db, { workspaceId, tableName });
  if (!snapshots.some((snapshot) => snapshot.snapshotId === snapshotId)) return { changeSet, onto, strictness, groups };
  return { changeSet, onto, strictness, groups, base: await ctx.services.lake.open(ctx.db, { workspaceId, tableName, at: { snapshotId } }) };
}

/** What stands between a proposal and the newest version, computed once for each of both. */
export async function preflightOf(ctx: Ctx, { current, dataset, rules }: SeenChange): Promise<Preflight | undefined> {
  const changeSet: ChangeSet | null = current?.changeSet ?? null;
  if (current === undefined || changeSet === null) return undefined;
  const { lake } = ctx.services;
  const [found] = await cacheOf(lake).getAll([preflightKey(current.digest, dataset.snapshot_id, rules.version)], async () => {
    const onto = await lake.open(ctx.db, { workspaceId: ctx.workspaceId, tableName: dataset.table_name });
    return [await lake.preflight(await mergeInput(ctx, { changeSet, rules, snapshotId: current.base_snapshot_id }, onto))];
  });
  return found;
}

const preflightKey = (...parts: readonly unknown[]): string => JSON.stringify(parts);

/** Lets go of a look whose conflicts were swept, so that the next one is made again. */
export function forgetPreflight(ctx: Ctx, { current, dataset, rules }: SeenChange): void {
  cacheOf(ctx.services.lake).forget(preflightKey(current?.digest, dataset.snapshot_id, rules.version));
}

function described(seen: SeenChange, found: Preflight): Mergeability {
  const versionsBehind = seen.dataset.data_version - (seen.current?.base_version ?? 0);
  const since = `${versions(versionsBehind)} since`;
  if (found.schema === "changed")
    return {
      ...NOTHING,
      versionsBehind,
      state: "schema_changed",
      text: "Columns that it changes were dropped or have another type now. Propose the change again.",
    };
  const { rows: conflictingRows, cells: conflictingCells } = found.conflicts;
  if (conflictingRows === 0) return { ...NOTHING, versionsBehind, state: "rebase", text: `${since}, none of which stands in its way.` };
  if (hiddenParts(seen.dataset, seen.current) !== undefined)
    return { ...NOTHING, versionsBehind, state: "conflicts", text: `${since}, and what others changed does not fit.` };
  return {
    versionsBehind,
    conflictingRows,
    conflictingCells,
    state: "conflicts",
    text: `${since}, and what others changed in ${rows(conflictingRows)} does not fit.`,
  };
}

/** Whether a request can be merged as far as its dataset goes. In a transaction no rows are looked at. */
export async function mergeabilityOf(ctx: Ctx | TxCtx, seen: SeenChange): Promise<Mergeability> {
  const known = atOnce(seen);
  if (known !== undefined) return known;
  const unknown: Mergeability = { ...NOTHING, versionsBehind: seen.dataset.data_version - (seen.current?.base_version ?? 0), state: "unknown", text: "" };
  if (!("tx" in ctx)) return unknown;
  try {
    const found = await preflightOf(ctx, seen);
    return found === undefined ? unknown : described(seen, found);
  } catch (error) {
    // A request is shown also while nobody can tell whether it fits.
    if (!isAppError(error)) throw error;
    ctx.log.warn({ change: seen.row.id, code: error.code }, "a change request could not be compared with its dataset");
    return unknown;
  }
}
