import { open, readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { icebergRead } from "icebird";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { testLake, type TestLake } from "./lake.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterEach(() => vi.unstubAllGlobals());
afterAll(() => bed[Symbol.asyncDispose]());

/** The reader knows HTTP only; this answers its requests for `file://` addresses from the disk, ranges included. */
async function serveFile(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const path = fileURLToPath(input instanceof Request ? input.url : String(input));
  const { size } = await stat(path);
  if (init?.method === "HEAD") return new Response(null, { headers: { "content-length": String(size) } });
  const range = /bytes=(\d+)-(\d*)/.exec(new Headers(init?.headers).get("range") ?? "");
  if (range === null) return new Response(await readFile(path));
  const start = Number(range[1]);
  const end = range[2] === "" ? size - 1 : Math.min(Number(range[2]), size - 1);
  await using file = await open(path);
  const buffer = Buffer.alloc(end - start + 1);
  await file.read(buffer, 0, buffer.length, start);
  return new Response(buffer, { status: 206, headers: { "content-range": `bytes ${start}-${end}/${size}` } });
}

async function readElsewhere(tableName: string, snapshot: "current" | "first"): Promise<readonly unknown[]> {
  const { rows } = await bed.tx((tx) =>
    sql<{ metadata_location: string }>`select metadata_location from iceberg_tables where table_name = ${tableName}`.execute(tx),
  );
  const metadata = JSON.parse(await readFile(fileURLToPath(rows[0]?.metadata_location ?? ""), "utf8")) as Parameters<typeof icebergRead>[0]["metadata"] & {};
  const chosen = snapshot === "current" ? metadata : { ...metadata, "current-snapshot-id": metadata.snapshots?.[0]?.["snapshot-id"] ?? 0 };
  vi.stubGlobal("fetch", serveFile);
  return icebergRead({ tableUrl: metadata.location, metadata: chosen });
}

it("is read alike by a reader we did not write, at both snapshots", async () => {
  await bed.publish(
    await bed.stage("abroad", 'id,code,amount,ratio,day,at,ok,note\n1,00501,12.5,0.1234567890123,2024-01-31,2024-02-01 10:00:00.5,true,"ä, ""b"""\n2,,,,,,,\n'),
    { mode: "create" },
  );
  const table = await bed.open("abroad");
  await bed.publish(await bed.stage("abroad", "id,code\n9007199254740993,x\n", table), { mode: "change" });
  const first = {
    id: 1n,
    code: "00501",
    amount: 12.5,
    ratio: 0.1234567890123,
    day: new Date("2024-01-31"),
    at: new Date("2024-02-01T10:00:00.500Z"),
    ok: true,
    note: 'ä, "b"',
  };
  const empty = { code: null, amount: null, ratio: null, day: null, at: null, ok: null, note: null };
  expect(await readElsewhere("abroad", "first")).toEqual([first, { ...empty, id: 2n }]);
  const now = await readElsewhere("abroad", "current");
  expect(now.length).toBe(3);
  expect(now).toContainEqual(first);
  expect(now).toContainEqual(expect.objectContaining({ id: 9_007_199_254_740_993n, code: "x" }));
});
