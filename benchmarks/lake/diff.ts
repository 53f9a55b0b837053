import { fileURLToPath } from "node:url";
import { arithmetic, call, cast, column, compare, type Expression, literal, type Query } from "@granary/engine";
import type { DiffResult, OpenTable } from "@granary/lake";
import { diffOnPath } from "../../packages/lake/src/diff/diff.ts";
import { type Figure, median } from "../foundation/report.ts";
import { type LakeBed, lakeBed } from "./bed.ts";
import { type Watched, watched } from "./watched.ts";
import { WIDE_SCHEMA, wideRows } from "./wide-rows.ts";

const ROWS = Number(process.env["ROWS"] ?? 10_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const MIB = 1024 * 1024;
const tableName = "wide";

/** Which rows change: 0.9 % get another amount and 0.1 % go; on top come 0.1 % new ones. */
const lot = arithmetic(arithmetic(arithmetic(column("id"), "*", literal(2654435761)), "//", literal(4096)), "%", literal(1000));

function changedRows(): Query {
  const columns = WIDE_SCHEMA.fields.map(({ name }) => ({ expression: column(name), as: name }));
  const changed = wideRows({ from: 0, count: ROWS, version: 1, where: compare(lot, "<", literal(10)) });
  const added = wideRows({ from: ROWS, count: Math.ceil(ROWS / 1000) });
  const select = (query: Query, gone: Expression): Query => ({
    kind: "select",
    items: [...columns, { expression: gone, as: "is_gone" }],
    from: { kind: "query", query },
  });
  return { kind: "unionAll", queries: [select(changed, compare(lot, "=", literal(9))), select(added, cast(literal(false), { kind: "boolean" }))] };
}

async function twoVersions(bed: LakeBed): Promise<{ readonly from: OpenTable; readonly to: OpenTable }> {
  const ref = { workspaceId: bed.workspaceId, tableName };
  const open = (): Promise<OpenTable> => bed.tx((tx) => bed.lake.open(tx, ref));
  const created = await bed.lake.stageCreate({ ...ref, schema: WIDE_SCHEMA, source: { query: wideRows({ from: 0, count: ROWS }) } });
  await bed.tx((tx) => bed.lake.publish(tx, created));
  const from = await open();
  const upsert = await bed.lake.stageUpsert({ table: from, source: { query: changedRows() }, deleteWhen: "is_gone" });
  await bed.tx((tx) => bed.lake.publish(tx, upsert));
  return { from, to: await open() };
}

/** The engine alone reading every column of the older version once, for scale: what few rows of every file cost at least. */
async function readOnce(bed: LakeBed, table: OpenTable): Promise<void> {
  const paths = table.entries.map((entry) => fileURLToPath(entry.file.uri));
  const items = WIDE_SCHEMA.fields.map(({ name }) => ({ expression: call("max", column(name)), as: name }));
  await bed.engine.use({ kind: "job" }, (session) => session.run({ kind: "query", query: { kind: "select", items, from: { kind: "parquetFiles", paths } } }));
}

/** How long it takes to compare a table of 10 million rows (`ROWS`) with itself after a keyed change of 1 %. */
export async function diff(): Promise<Figure[]> {
  await using bed = await lakeBed();
  const { from, to } = await twoVersions(bed);
  const runs: Watched<DiffResult>[] = [];
  const reads: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    runs.push(await watched(() => bed.lake.diff({ from, to })));
    reads.push((await watched(() => readOnce(bed, from))).seconds);
  }
  const full = await watched(() => diffOnPath(bed, { from, to }, "full"));
  const answers = [...runs, full].map(({ answer }) => JSON.stringify(answer.counts));
  if (new Set(answers).size > 1) throw new Error(`the paths disagree: ${answers.join(" ")}`);
  const first = runs[0]?.answer;
  const { added = 0, removed = 0, modified = 0 } = first?.counts ?? {};
  return [
    {
      name: `diff of 1 % in ${ROWS / 1e6}M rows`,
      value: median(runs.map((run) => run.seconds)),
      unit: "s",
      goal: { max: 2.5 },
      note: `${first?.path}: +${added} -${removed} ~${modified}`,
    },
    { name: "reading the table once", value: median(reads), unit: "s", note: "the engine alone, all columns" },
    { name: "diff of 1 %, memory", value: Math.max(...runs.map((run) => run.peakBytes)) / MIB, unit: "MiB" },
    { name: "the same by a full join", value: full.seconds, unit: "s" },
    { name: "by a full join, memory", value: full.peakBytes / MIB, unit: "MiB" },
  ];
}
