import { rmSync } from "node:fs";
import { join } from "node:path";
import { arithmetic, column, compare, type Expression, literal, not, type Query } from "@granary/engine";
import type { IcebergSchema, OpenTable, Proposal, ProposeFileInput, ReadPlan } from "@granary/lake";
import { type Figure, median } from "../foundation/report.ts";
import { type LakeBed, lakeBed } from "../lake/bed.ts";
import { type Watched, watched } from "../lake/watched.ts";
import { WIDE_SCHEMA, wideRows } from "../lake/wide-rows.ts";
import { daffSeconds, pandasSeconds } from "./peers.ts";

const ROWS = Number(process.env["ROWS"] ?? 1_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const PEERS = (process.env["PEERS"] ?? "pandas,daff").split(",");
const COLUMNS = 10;
const MIB = 1024 * 1024;
const PAGES = 10;

const SCHEMA: IcebergSchema = { ...WIDE_SCHEMA, fields: WIDE_SCHEMA.fields.slice(0, COLUMNS) };

/** A number below 100 that scatters rows by their key. */
const lot = arithmetic(arithmetic(arithmetic(column("id"), "*", literal(2654435761)), "//", literal(4096)), "%", literal(100));

const rowsOf = (version: number, where: Expression): Query => ({
  kind: "select",
  items: SCHEMA.fields.map(({ name }) => ({ expression: column(name), as: name })),
  from: { kind: "query", query: wideRows({ from: 0, count: ROWS, version, where }) },
});

const all = compare(column("id"), ">=", literal(0));
const isEdited = compare(lot, "=", literal(7));

async function baseTable(bed: LakeBed): Promise<OpenTable> {
  const ref = { workspaceId: bed.workspaceId, tableName: "base" };
  const created = await bed.lake.stageCreate({ ...ref, schema: SCHEMA, source: { query: rowsOf(0, all) } });
  await bed.tx((tx) => bed.lake.publish(tx, created));
  return bed.tx((tx) => bed.lake.open(tx, ref));
}

/** The download, and the same file with one cell in a hundred rows edited. */
async function writeFiles(bed: LakeBed, from: OpenTable, plan: ReadPlan): Promise<{ readonly base: string; readonly edited: string }> {
  const [base, edited] = [join(bed.dir, "base.csv"), join(bed.dir, "edited.csv")];
  await bed.lake.export(from, { plan, to: base, format: { kind: "csv", lineEnd: "lf" } });
  const query: Query = { kind: "unionAll", queries: [rowsOf(0, not(isEdited)), rowsOf(1, isEdited)] };
  await bed.engine.use({ kind: "job" }, (session) => session.run({ kind: "copy", query, path: edited, format: { kind: "csv", lineEnd: "lf" } }));
  return { base, edited };
}

/** As a server that people read from does, an engine process is ready before the first page is asked for. */
async function pageMilliseconds(
  bed: LakeBed,
  from: OpenTable,
  { changeSet }: Proposal,
  plan: ReadPlan,
): Promise<{ readonly first: number; readonly later: number }> {
  await bed.lake.rows(from, { plan, limit: 1 });
  const taken: number[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const start = performance.now();
    const { next } = await bed.lake.changes(changeSet, { plan, limit: 100, ...(after === undefined ? {} : { after }) });
    taken.push(performance.now() - start);
    after = next ?? undefined;
  }
  return { first: taken[0] ?? 0, later: Math.max(...taken.slice(1)) };
}

/** The middle of all runs. */
const seconds = (runs: readonly Watched<unknown>[]): number => median(runs.map((run) => run.seconds));

async function peerFigures(ours: number, files: { readonly base: string; readonly edited: string }, changed: number): Promise<Figure[]> {
  const peers = { pandas: pandasSeconds, daff: daffSeconds };
  const figures: Figure[] = [];
  for (const [name, run] of Object.entries(peers)) {
    if (!PEERS.includes(name)) continue;
    const peer = await run(files);
    if (peer === undefined) continue;
    if (peer.changed !== changed) throw new Error(`${name} finds ${peer.changed} changed rows, and we find ${changed}`);
    figures.push(
      { name: `${name} on the same files`, value: peer.seconds, unit: "s" },
      { name: `as often as ${name} we are done`, value: peer.seconds / ours, unit: "x", goal: { min: 1 } },
    );
  }
  return figures;
}

/** How long it takes to compare a file of a million rows and 10 columns (`ROWS`), 1 % edited, with its dataset, up to the first page of changes, beside pandas and daff (`PEERS`). */
export async function propose(): Promise<Figure[]> {
  await using bed = await lakeBed();
  const from = await baseTable(bed);
  const plan: ReadPlan = { columns: from.columns.map(({ name, fieldId }) => ({ name, fieldId })) };
  const files = await writeFiles(bed, from, plan);
  const runs: Watched<Proposal>[] = [];
  const readings: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    const onProgress: ProposeFileInput["onProgress"] = ({ phase }) => {
      if (phase === "matching") readings.push((performance.now() - start) / 1_000);
    };
    runs.push(await watched(() => bed.lake.proposeFile({ from, plan, keys: [1], path: files.edited, missing: "removed", onProgress })));
  }
  const proposal = runs[0]?.answer as Proposal;
  const pages = await pageMilliseconds(bed, from, proposal, plan);
  const ours = seconds(runs);
  const isLarge = ROWS > 1_000_000;
  const peers = await peerFigures(ours, files, proposal.counts.modified);
  rmSync(files.edited);
  return [
    {
      name: `comparing ${ROWS / 1e6}M x ${COLUMNS} with 1 % changed`,
      value: median(runs.map((run, index) => run.seconds - (readings[index] ?? 0))),
      unit: "s",
      goal: { max: isLarge ? 6 : 1.5 },
      note: `${proposal.counts.modified} rows`,
    },
    { name: "with looking through the file before", value: ours, unit: "s", note: "every record's shape, and a process for it" },
    { name: "peak memory of the engine", value: Math.max(...runs.map((run) => run.peakBytes)) / MIB, unit: "MiB", goal: { max: isLarge ? 1024 : 512 } },
    { name: "first page of changes", value: pages.first, unit: "ms", goal: { max: 100 } },
    { name: "slowest of the next pages", value: pages.later, unit: "ms", goal: { max: 100 } },
    ...peers,
  ];
}
