import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createEngine } from "@granary/engine";
import { type Figure, median } from "../foundation/report.ts";
import { datasetBed, type DatasetBed } from "./bed.ts";

const ROWS = Number(process.env["BENCH_ROWS"] ?? 1_000_000);
const RUNS = 5;

interface Taken {
  readonly seconds: number;
  readonly firstByte: number;
  readonly bytes: number;
}

async function takeAll({ url, token }: DatasetBed): Promise<Taken> {
  const client = fileURLToPath(new URL("take-all.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [client, `${url}/download?format=csv`, token]);
  return JSON.parse(stdout) as Taken;
}

/** The same files by the engine's COPY alone, without the start of its process. */
async function copyAlone(bed: DatasetBed): Promise<() => Promise<number>> {
  const { lake, database } = bed.services;
  const reader = database.reader({ workspaceId: bed.workspaceId as never });
  const table = await lake.open(reader, { workspaceId: bed.workspaceId, tableName: bed.dataset });
  const paths = table.files.map((file) => new URL(file.uri).pathname);
  const items = table.columns.map(({ name }) => ({ expression: { kind: "column", name } as const, as: name }));
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), "granary-bench-copy-"));
    await using engine = createEngine({ tempRoot: dir });
    try {
      return await engine.use({ kind: "job" }, async (session) => {
        await session.run({
          kind: "query",
          query: { kind: "select", items: [{ expression: { kind: "literal", value: 1 }, as: "one" }], from: { kind: "sequence", length: 1 } },
        });
        const start = performance.now();
        const query = { kind: "select", items, from: { kind: "parquetFiles", paths } } as const;
        await session.run({ kind: "copy", query, path: join(dir, "copy.csv"), format: { kind: "csv" } });
        return (performance.now() - start) / 1000;
      });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
}

/** A million rows as CSV over HTTP, beside the engine's own COPY into a file, in turns. */
export async function downloadCsv(): Promise<Figure[]> {
  await using bed = await datasetBed(ROWS);
  const copy = await copyAlone(bed);
  const ours: Taken[] = [];
  const alone: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    alone.push(await copy());
    ours.push(await takeAll(bed));
  }
  const seconds = median(ours.map((run) => run.seconds));
  const megabytes = (ours[0]?.bytes ?? 0) / 1e6;
  return [
    { name: `download of ${ROWS} x 12 as CSV`, value: seconds, unit: "s", note: `${megabytes.toFixed(0)} MB` },
    { name: "the engine's COPY of the same", value: median(alone), unit: "s" },
    { name: "download / COPY", value: seconds / median(alone), unit: "x", goal: { max: 1.3 } },
    { name: "first byte", value: median(ours.map((run) => run.firstByte)), unit: "s" },
  ];
}
