import { arithmetic, column, compare, type Expression, literal, type Query } from "@granary/engine";
import type { ChangeSet, OpenTable, Preflight, ReadPlan } from "@granary/lake";
import { type Figure, median } from "../foundation/report.ts";
import { type LakeBed, lakeBed } from "../lake/bed.ts";
import { type Watched, watched } from "../lake/watched.ts";
import { WIDE_SCHEMA, wideRows } from "../lake/wide-rows.ts";

const ROWS = Number(process.env["ROWS"] ?? 1_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const MIB = 1024 * 1024;
const AMOUNT = 6;

/** A number below 1,000 that scatters rows by their key. */
const lot = arithmetic(arithmetic(arithmetic(column("id"), "*", literal(2654435761)), "//", literal(4096)), "%", literal(1000));

/** The rows of some lots with another amount. */
const edited = (version: number, where: Expression): Query => wideRows({ from: 0, count: ROWS, version, where });

/** A table in which others changed 1 % of the rows since the state proposals were made from. */
async function movedTable(bed: LakeBed, tableName: string, theirs: Query): Promise<{ readonly from: OpenTable; readonly onto: OpenTable }> {
  const ref = { workspaceId: bed.workspaceId, tableName };
  const open = (): Promise<OpenTable> => bed.tx((tx) => bed.lake.open(tx, ref));
  const created = await bed.lake.stageCreate({ ...ref, schema: WIDE_SCHEMA, source: { query: wideRows({ from: 0, count: ROWS }) } });
  await bed.tx((tx) => bed.lake.publish(tx, created));
  const from = await open();
  const upsert = await bed.lake.stageUpsert({ table: from, source: { query: theirs } });
  await bed.tx((tx) => bed.lake.publish(tx, upsert));
  return { from, onto: await open() };
}

async function propose(bed: LakeBed, from: OpenTable, query: Query): Promise<ChangeSet> {
  return (await bed.lake.diff({ from, to: { query, columns: from.columns, missing: "kept" } })).changeSet;
}

async function rounds<T>(work: () => Promise<T>): Promise<readonly Watched<T>[]> {
  const runs: Watched<T>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) runs.push(await watched(work));
  return runs;
}

const seconds = (runs: readonly Watched<unknown>[]): number => median(runs.map((run) => run.seconds));
const memory = (runs: readonly Watched<unknown>[]): number => Math.max(...runs.map((run) => run.peakBytes)) / MIB;

async function clean(bed: LakeBed): Promise<Figure[]> {
  const { from, onto } = await movedTable(bed, "clean", edited(1, compare(lot, "<", literal(10))));
  const changeSet = await propose(bed, from, edited(2, compare(lot, ">=", literal(990))));
  const checks = await rounds(() => bed.lake.preflight({ changeSet, onto, strictness: "cell" }));
  const { applicable, conflicts } = checks[0]?.answer ?? ({ applicable: 0, conflicts: { rows: 0 } } as const);
  if (conflicts.rows > 0) throw new Error("changes of other rows are no conflict");
  const rules = { unique: [] };
  const stages = await rounds(() => bed.lake.stageMerge({ changeSet, onto, strictness: "cell", rules }));
  const published = await watched(async () => {
    const staged = await bed.lake.stageMerge({ changeSet, onto, strictness: "cell", rules });
    await bed.tx((tx) => bed.lake.publish(tx, staged));
  });
  return [
    { name: `preflight of 1 % in ${ROWS / 1e6}M rows`, value: seconds(checks), unit: "s", goal: { max: 2 }, note: `${applicable} rows` },
    { name: "preflight, memory", value: memory(checks), unit: "MiB" },
    { name: "staging the merge", value: seconds(stages), unit: "s" },
    { name: "staging the merge and publishing it", value: published.seconds, unit: "s", goal: { max: 3 } },
    { name: "staging the merge, memory", value: memory(stages), unit: "MiB" },
  ];
}

async function conflicting(bed: LakeBed): Promise<Figure[]> {
  const tenth = compare(lot, "<", literal(100));
  const { from, onto } = await movedTable(bed, "conflicting", edited(1, tenth));
  const changeSet = await propose(bed, from, edited(2, tenth));
  const checks = await rounds((): Promise<Preflight> => bed.lake.preflight({ changeSet, onto, strictness: "cell" }));
  const { rows, set } = checks[0]?.answer.conflicts ?? { rows: 0, set: null };
  if (set === null) throw new Error("changes of the same cells are conflicts");
  const plan: ReadPlan = { columns: onto.columns.map(({ name, fieldId }) => ({ name, fieldId })) };
  let after: string | undefined;
  const pages = await rounds(async () => {
    const page = await bed.lake.conflictRows(set, { plan, limit: 1_000, ...(after === undefined ? {} : { after }) });
    after = page.next ?? undefined;
  });
  const resolve = (): Promise<unknown> =>
    bed.lake.resolveChanges(changeSet, { onto, strictness: "cell", plan, resolutions: [{ columns: [AMOUNT], take: "mine" }] });
  const resolved = await rounds(resolve);
  return [
    { name: `preflight of ${rows} conflicts`, value: seconds(checks), unit: "s" },
    { name: "with conflicts, memory", value: memory(checks), unit: "MiB" },
    { name: "a page of 1,000 conflicts", value: seconds(pages) * 1000, unit: "ms" },
    { name: "deciding all of them by column", value: seconds(resolved), unit: "s" },
    { name: "deciding them, memory", value: memory(resolved), unit: "MiB" },
  ];
}

/** How long it takes to hold a change of 1 % against a table of a million rows (`ROWS`) that moved on, to merge it, and to decide conflicts in a tenth of the rows. */
export async function merge(): Promise<Figure[]> {
  await using bed = await lakeBed();
  return [...(await clean(bed)), ...(await conflicting(bed))];
}
