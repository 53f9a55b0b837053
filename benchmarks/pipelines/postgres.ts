import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectOwner, startEmbeddedPostgres } from "@granary/db";
import { startTcpProxy } from "@granary/testkit/sources/proxy";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { type Figure, median } from "../foundation/report.ts";
import { edges, programBed } from "./bed.ts";
import { watchedProgram } from "./watched-program.ts";

const ROWS = Number(process.env["ROWS"] ?? 2_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
const MIB = 1024 * 1024;
const COLUMNS =
  "id bigint, customer bigint, name varchar(50), city varchar(50), amount decimal(12,2), share double precision, paid boolean, day date, at timestamp, note varchar(100)";

async function thrownAway(connection: pg.ClientConfig): Promise<number> {
  const client = new pg.Client(connection);
  await client.connect();
  const begun = performance.now();
  for await (const part of client.query(copyTo("copy bench to stdout"))) void part;
  const seconds = (performance.now() - begun) / 1000;
  await client.end();
  return seconds;
}

/** From a table of PostgreSQL to a published dataset, beside `COPY ... TO STDOUT` thrown away. */
export async function postgres(): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "granary-bench-source-"));
  await using server = await startEmbeddedPostgres({ dataDir, mode: "test", stopWithParent: true, deleteOnStop: true });
  {
    await using owner = await connectOwner(server.connection, "benchmark");
    await owner.query(`create table bench (${COLUMNS}); insert into bench select i, i % 1000, 'customer ' || i, 'city ' || i % 500, i % 10000 / 100.0, i / 7.0, i % 2 = 0,
      date '2026-01-01' + i % 365, timestamp '2026-01-01' + i * interval '1 second', repeat('n', i % 50) from generate_series(1, ${ROWS}) i`);
    await owner.query("vacuum analyze bench");
  }
  await using proxy = await startTcpProxy({ path: join(server.socketDir, ".s.PGSQL.5432") });
  await using bed = await programBed({ GRANARY_PRIVATE_HOSTS: "127.0.0.1" });
  const config = { host: "127.0.0.1", port: proxy.port, database: server.connection.database, user: server.connection.user, encryption: "off" };
  await bed.send("POST", "/connectors", { name: "source", kind: "postgresql", config });
  const pipeline = await bed.makePipeline({
    name: "Copy",
    nodes: [
      { id: "bench", kind: "source_stream", settings: { connection: "source", stream: { namespace: "public", name: "bench" } } },
      { id: "into", kind: "to_dataset", settings: { dataset: "bench", mode: "replace" } },
    ],
    edges: edges("bench", "into"),
  });
  const copies: number[] = [];
  const runs: number[] = [];
  let peakBytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    copies.push(await thrownAway(server.connection));
    const { seconds, answer, peakBytes: peak } = await watchedProgram(bed.program, () => bed.run(pipeline));
    if (answer.counts.rowsOut !== ROWS) throw new Error(`${answer.counts.rowsOut} rows were published`);
    runs.push(seconds);
    peakBytes = Math.max(peakBytes, peak);
  }
  const ours = median(runs);
  return [
    { name: "PostgreSQL, COPY thrown away", value: ROWS / median(copies), unit: "rows/s" },
    { name: "PostgreSQL to a published dataset", value: ROWS / ours, unit: "rows/s", goal: { min: 150_000 }, note: `${ROWS} x 10` },
    { name: "of what COPY alone does", value: median(copies) / ours, unit: "x", goal: { min: 0.5 } },
    { name: "worker and engine processes at most", value: peakBytes / MIB, unit: "MiB", goal: { max: 1024 } },
  ];
}
