import { readdirSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { arithmetic, call, cast, column, literal, type Query } from "@granary/engine";
import type { OpenTable } from "@granary/lake";
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
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

await using bed = await lakeBed();
const ref = { workspaceId: bed.workspaceId, tableName: "small_commits" };
await bed.tx((tx) => bed.lake.createTable(tx, { ...ref, schema: SCHEMA }));
const table = await bed.tx((tx) => bed.lake.open(tx, ref));
await commitOnce(bed, table, 0);
const timings: Timing[] = [];
for (let i = 0; i < COMMITS; i += 1) {
  timings.push(await commitOnce(bed, table, i * ROWS));
  if ((i + 1) % STRETCH === 0) {
    const s = timings.slice(-STRETCH);
    console.log(
      i + 1,
      "stage",
      median(s.map((t) => t.stageMs)).toFixed(1),
      "publish",
      median(s.map((t) => t.publishMs)).toFixed(1),
      "p95",
      percentile(
        s.map((t) => t.publishMs),
        0.95,
      ).toFixed(1),
      "rate",
      ((STRETCH * 1000) / sum(s.map((t) => t.stageMs + t.publishMs))).toFixed(1),
      "load",
      loadavg()[0]?.toFixed(1),
    );
  }
}
console.log(readdirSync(fileURLToPath(`${table.location}/metadata`)).length, "metadata files");
