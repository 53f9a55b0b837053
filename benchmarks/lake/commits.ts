import { arithmetic, call, cast, column, literal, type Query } from "@granary/engine";
import type { Maintained, OpenTable } from "@granary/lake";
import { type Figure, median, percentile } from "../foundation/report.ts";
import { type LakeBed, lakeBed } from "./bed.ts";

const COMMITS = Number(process.env["COMMITS"] ?? 1_000);
const ROWS = 100;
const STRETCH = 100;

const SCHEMA = {
  type: "struct",
  "schema-id": 0,
  fields: [
    { id: 1, name: "id", required: false, type: "long" },
    { id: 2, name: "name", required: false, type: "string" },
    { id: 3, name: "amount", required: false, type: "double" },
    { id: 4, name: "at", required: false, type: "timestamp" },
  ],
} as const;

/** Snapshots of the last second stay, which is more than any stretch between two rounds of maintenance needs. */
const PROPERTIES = { "history.expire.max-snapshot-age-ms": "1000", "write.metadata.previous-versions-max": "20" };

function rowsFrom(first: number): Query {
  const id = arithmetic(column("position"), "+", literal(first));
  return {
    kind: "select",
    items: [
      { expression: cast(id, { kind: "bigint" }), as: "id" },
      { expression: call("concat", literal("customer "), cast(id, { kind: "text" })), as: "name" },
      { expression: cast(arithmetic(id, "*", literal(1.25)), { kind: "double" }), as: "amount" },
    ],
    from: { kind: "sequence", length: ROWS },
  };
}

interface Timing {
  readonly stageMs: number;
  readonly publishMs: number;
}

async function commitOnce(bed: LakeBed, table: OpenTable, first: number): Promise<Timing> {
  const start = performance.now();
  const staged = await bed.lake.stageAppend({ table, source: { query: rowsFrom(first) } });
  const between = performance.now();
  const published = await bed.tx((tx) => bed.lake.publish(tx, staged));
  await bed.lake.settle(published);
  return { stageMs: between - start, publishMs: performance.now() - between };
}

interface Maintaining {
  readonly rounds: Maintained[];
  /** Resolves when the round under way has ended. */
  running: Promise<unknown> | undefined;
}

/** Begins a round of maintenance beside the writer unless the last one still runs. */
function maintainBeside(bed: LakeBed, tableName: string, state: Maintaining): void {
  state.running ??= bed.lake
    .maintain({ workspaceId: bed.workspaceId, tableName, transaction: (work) => bed.tx(work), graceMs: 0 })
    .then((round) => state.rounds.push(round))
    .finally(() => {
      state.running = undefined;
    });
}

const rateOf = (elapsedMs: number, commits: number): number => (commits * 1000) / elapsedMs;

/**
 * Small commits one after the other by one writer: 100 rows staged by an engine process, a Parquet file, a manifest, a list and a
 * metadata file made durable, and a transaction of PostgreSQL with a flush of its own. With every hundred of them begins a round
 * of maintenance beside the writer in the same process: compaction, expiry and the deletion of what they left. A hundred
 * commits before the clock starts give the first round something to do.
 */
export async function commits(): Promise<Figure[]> {
  await using bed = await lakeBed();
  const ref = { workspaceId: bed.workspaceId, tableName: "small_commits" };
  await bed.tx((tx) => bed.lake.createTable(tx, { ...ref, schema: SCHEMA, definition: { properties: PROPERTIES } }));
  const table = await bed.tx((tx) => bed.lake.open(tx, ref));
  const maintaining: Maintaining = { rounds: [], running: undefined };
  const run = async (from: number): Promise<readonly Timing[]> => {
    maintainBeside(bed, ref.tableName, maintaining);
    const timings: Timing[] = [];
    for (let index = 0; index < STRETCH; index += 1) timings.push(await commitOnce(bed, table, (from + index) * ROWS));
    return timings;
  };
  await run(0);
  const timings: Timing[] = [];
  const stretches: number[] = [];
  const start = performance.now();
  for (let done = 0; done < COMMITS; done += STRETCH) {
    const from = performance.now();
    timings.push(...(await run(STRETCH + done)));
    stretches.push(rateOf(performance.now() - from, STRETCH));
  }
  await maintaining.running;
  const rate = rateOf(performance.now() - start, COMMITS);
  const { rows, entries } = await bed.tx((tx) => bed.lake.open(tx, ref));
  if (rows !== (COMMITS + STRETCH) * ROWS) throw new Error(`${rows} rows instead of ${(COMMITS + STRETCH) * ROWS}`);
  return [
    {
      name: "commits of 100 rows, with maintenance",
      value: rate,
      unit: "/s",
      goal: { min: 80 },
      note: `one writer, ${COMMITS} commits, each staged, flushed and published before the next; ${maintaining.rounds.length} rounds of maintenance, ${entries.length} files left`,
    },
    {
      name: "the last hundred to the first",
      value: (stretches[0] ?? 0) / (stretches.at(-1) ?? 0),
      unit: "x the time",
      goal: { max: 1.25 },
      note: stretches.map((value) => value.toFixed(0)).join(" "),
    },
    { name: "staging, median", value: median(timings.map((timing) => timing.stageMs)), unit: "ms" },
    { name: "publishing, median", value: median(timings.map((timing) => timing.publishMs)), unit: "ms" },
    {
      name: "one commit, 95th percentile",
      value: percentile(
        timings.map((timing) => timing.stageMs + timing.publishMs),
        0.95,
      ),
      unit: "ms",
    },
  ];
}
