import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { arithmetic, column, compare, literal, type Query, type SqlType, type TypedName } from "@granary/engine";
import type { OpenTable, Source, StagedUpsert } from "@granary/lake";
import { type Figure, median } from "../foundation/report.ts";
import { type LakeBed, lakeBed } from "./bed.ts";
import { type Watched, watched } from "./watched.ts";
import { WIDE_SCHEMA, wideRows } from "./wide-rows.ts";

const ROWS = Number(process.env["ROWS"] ?? 10_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const MIB = 1024 * 1024;
/** What jobs that write get. */
const MEMORY_BYTES = 512 * MIB;
const ROW_GROUP_ROWS = 122_880;
const dialect = { delimiter: ",", quote: '"', header: true } as const;
const columns = WIDE_SCHEMA.fields.map(({ name }) => ({ expression: column(name), as: name }));

const ENGINE_TYPES: Readonly<Record<string, SqlType>> = {
  long: { kind: "bigint" },
  string: { kind: "text" },
  int: { kind: "integer" },
  "decimal(12, 2)": { kind: "decimal", precision: 12, scale: 2 },
  timestamp: { kind: "timestamp" },
  boolean: { kind: "boolean" },
  double: { kind: "double" },
  date: { kind: "date" },
};

const csvColumns = WIDE_SCHEMA.fields.map(({ name, type }): TypedName => ({ name, type: ENGINE_TYPES[String(type)] ?? { kind: "text" } }));

const typedCsv = (path: string): Query => ({ kind: "select", items: columns, from: { kind: "csvFile", path, columns: csvColumns, dialect, lineEnd: "lf" } });

async function writeCsv(bed: LakeBed): Promise<string> {
  const path = join(bed.dir, "rows.csv");
  await bed.engine.use({ kind: "job" }, (session) =>
    session.run({ kind: "copy", query: wideRows({ from: 0, count: ROWS }), path, format: { kind: "csv", lineEnd: "lf" } }),
  );
  return path;
}

/** The engine alone: the same file, types, threads, memory, compression and row groups; only the statement is timed. */
async function plainCopy(bed: LakeBed, csv: string, files: "one" | "many"): Promise<number> {
  const path = join(bed.dir, files === "one" ? "plain.parquet" : "plain");
  const many = files === "one" ? {} : { files: { namePattern: "{i}", maxBytes: 64 * MIB } };
  try {
    return await bed.engine.use({ kind: "job", memoryBytes: MEMORY_BYTES }, async (session) => {
      const start = performance.now();
      const format = { kind: "parquet", compression: "zstd", rowGroupRows: ROW_GROUP_ROWS, ...many } as const;
      await session.run({ kind: "copy", query: typedCsv(csv), path, format });
      return (performance.now() - start) / 1000;
    });
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** From the text of the file to a snapshot everybody sees. */
async function append(bed: LakeBed, csv: string, tableName: string): Promise<Watched<OpenTable>> {
  const ref = { workspaceId: bed.workspaceId, tableName };
  await bed.tx((tx) => bed.lake.createTable(tx, { ...ref, schema: WIDE_SCHEMA }));
  const source: Source = { query: typedCsv(csv) };
  const run = await watched(async () => {
    const table = await bed.tx((tx) => bed.lake.open(tx, ref));
    const staged = await bed.lake.stageAppend({ table, source });
    const published = await bed.tx((tx) => bed.lake.publish(tx, staged));
    await bed.lake.settle(published);
  });
  const answer = await bed.tx((tx) => bed.lake.open(tx, ref));
  if (answer.rows !== ROWS) throw new Error(`${answer.rows} rows are there instead of ${ROWS}`);
  return { ...run, answer };
}

/** 0.9 % of the rows with another amount, and 0.1 % new ones, in a file of their own. */
async function writeChanges(bed: LakeBed, version: number): Promise<Query> {
  const lot = arithmetic(arithmetic(arithmetic(column("id"), "*", literal(2654435761)), "//", literal(4096)), "%", literal(1000));
  const changed = wideRows({ from: 0, count: ROWS, version, where: compare(lot, "<", literal(9)) });
  const added = wideRows({ from: ROWS, count: Math.ceil(ROWS / 1000) });
  const path = join(bed.dir, `changes-${version}.parquet`);
  await bed.engine.use({ kind: "job" }, (session) =>
    session.run({
      kind: "copy",
      query: { kind: "unionAll", queries: [changed, added] },
      path,
      format: { kind: "parquet", compression: "zstd", rowGroupRows: ROW_GROUP_ROWS },
    }),
  );
  return { kind: "select", items: columns, from: { kind: "parquetFiles", paths: [path] } };
}

/** Each round changes a branch of its own, so that all begin with the same files. */
async function upsert(bed: LakeBed, table: OpenTable, version: number): Promise<Watched<StagedUpsert>> {
  const ref = { workspaceId: bed.workspaceId, tableName: table.tableName };
  const branch = `round_${version}`;
  const query = await writeChanges(bed, version);
  await bed.tx((tx) => bed.lake.setRef(tx, ref, { name: branch, type: "branch", at: { snapshotId: table.snapshotId ?? "" } }));
  return watched(async () => {
    const base = await bed.tx((tx) => bed.lake.open(tx, { ...ref, at: { branch } }));
    const staged = await bed.lake.stageUpsert({ table: base, source: { query } });
    const published = await bed.tx((tx) => bed.lake.publish(tx, staged));
    await bed.lake.settle(published);
    return staged;
  });
}

const rounds = (): readonly number[] => Array.from({ length: ROUNDS }, (_, round) => round + 1);
const mostBytes = (runs: readonly Watched<unknown>[]): number => Math.max(...runs.map((run) => run.peakBytes)) / MIB;
const seconds = (runs: readonly Watched<unknown>[]): number => median(runs.map((run) => run.seconds));

/** How long it takes to get rows into a table: many as text, and a keyed change of 1 % of them. */
export async function write(): Promise<Figure[]> {
  await using bed = await lakeBed();
  const csv = await writeCsv(bed);
  const [one, many, appends]: [number[], number[], Watched<OpenTable>[]] = [[], [], []];
  for (const round of rounds()) {
    one.push(await plainCopy(bed, csv, "one"));
    appends.push(await append(bed, csv, `wide_${round}`));
    many.push(await plainCopy(bed, csv, "many"));
  }
  const table = appends[0]?.answer;
  if (table === undefined) throw new Error("nothing was appended");
  const upserts: Watched<StagedUpsert>[] = [];
  for (const round of rounds()) upserts.push(await upsert(bed, table, round));
  const { added = 0, updated = 0 } = upserts[0]?.answer.rows ?? {};
  const size = `${ROWS / 1_000_000}M x ${WIDE_SCHEMA.fields.length} rows`;
  return [
    { name: `plain COPY of ${size} from CSV`, value: median(one), unit: "s", note: `${(statSync(csv).size / MIB).toFixed(0)} MiB of text` },
    { name: "append of them, published", value: seconds(appends), unit: "s" },
    { name: "append against plain COPY", value: seconds(appends) / median(one), unit: "x", goal: { max: 1.25 } },
    { name: "append against plain COPY into files of 64 MB", value: seconds(appends) / median(many), unit: "x" },
    { name: "append, memory", value: mostBytes(appends), unit: "MiB", goal: { max: 1024 } },
    { name: "upsert of 1 %, published", value: seconds(upserts), unit: "s", goal: { max: 1 }, note: `+${added} ~${updated}` },
    { name: "upsert of 1 %, memory", value: mostBytes(upserts), unit: "MiB" },
  ];
}
