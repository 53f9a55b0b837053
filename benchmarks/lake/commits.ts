import { arithmetic, call, cast, column, literal, type Query } from "@granary/engine";
import type { Maintained, OpenTable } from "@granary/lake";
import { type Figure, median, percentile } from "../foundation/report.ts";
import { type LakeBed, lakeBed } from "./bed.ts";

const COMMITS = Number(process.env["COMMITS"] ?? 1_000);
const ROWS = 100;
const STRETCH = 100;
const WRITERS = 2;

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
      { expression: cast(call("concat", literal("customer "), id), { kind: "text" }), as: "name" },
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

interface Run {
  readonly rate: number;
  /** Commits per second of each hundred. */
  readonly stretches: readonly number[];
  readonly timings: readonly Timing[];
  readonly rounds: number;
  readonly filesLeft: number;
}

/** Commits by so many writers at once; with every hundred begins a round of maintenance beside them. */
async function commitMany(bed: LakeBed, { writers, count }: { readonly writers: number; readonly count: number }): Promise<Run> {
  const ref = { workspaceId: bed.workspaceId, tableName: `small_commits_${writers}` };
  await bed.tx((tx) => bed.lake.createTable(tx, { ...ref, schema: SCHEMA, definition: { properties: PROPERTIES } }));
  const table = await bed.tx((tx) => bed.lake.open(tx, ref));
  const maintaining: Maintaining = { rounds: [], running: undefined };
  let begun = 0;
  const stretch = async (): Promise<readonly Timing[]> => {
    maintainBeside(bed, ref.tableName, maintaining);
    const end = begun + STRETCH;
    const timings: Timing[] = [];
    const write = async (): Promise<void> => {
      while (begun < end) {
        begun += 1;
        timings.push(await commitOnce(bed, table, begun * ROWS));
      }
    };
    await Promise.all(Array.from({ length: writers }, write));
    return timings;
  };
  // So that the first round of maintenance within the measured time has something to do.
  await stretch();
  const timings: Timing[] = [];
  const stretches: number[] = [];
  const start = performance.now();
  while (timings.length < count) {
    const from = performance.now();
    timings.push(...(await stretch()));
    stretches.push(rateOf(performance.now() - from, STRETCH));
  }
  await maintaining.running;
  const rate = rateOf(performance.now() - start, count);
  const { rows, entries } = await bed.tx((tx) => bed.lake.open(tx, ref));
  if (rows !== begun * ROWS) throw new Error(`${rows} rows instead of ${begun * ROWS}`);
  return { rate, stretches, timings, rounds: maintaining.rounds.length, filesLeft: entries.length };
}

/**
 * Small commits: 100 rows staged by an engine process, a Parquet file, a manifest, a list and a metadata file made durable, and a
 * transaction of PostgreSQL with a flush of its own, while a round of maintenance (compaction, expiry, deletion of what they
 * left) runs beside them in the same process with every hundred.
 */
export async function commits(): Promise<Figure[]> {
  await using bed = await lakeBed();
  const alone = await commitMany(bed, { writers: 1, count: Math.min(COMMITS, 300) });
  const { rate, stretches, timings, rounds, filesLeft } = await commitMany(bed, { writers: WRITERS, count: COMMITS });
  return [
    {
      name: "commits of 100 rows, with maintenance",
      value: rate,
      unit: "/s",
      goal: { min: 80 },
      note: `${COMMITS} by ${WRITERS} writers of one table: one stages while the other publishes, publishing is serial; ${rounds} rounds of maintenance, ${filesLeft} files left`,
    },
    {
      name: "the last hundred to the first",
      value: (stretches[0] ?? 0) / (stretches.at(-1) ?? 0),
      unit: "x the time",
      goal: { max: 1.25 },
      note: stretches.map((value) => value.toFixed(0)).join(" "),
    },
    { name: "by one writer, with maintenance", value: alone.rate, unit: "/s", note: "each staged, flushed and published before the next" },
    { name: "staging by one writer, median", value: median(alone.timings.map((timing) => timing.stageMs)), unit: "ms" },
    { name: "publishing by one writer, median", value: median(alone.timings.map((timing) => timing.publishMs)), unit: "ms" },
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
