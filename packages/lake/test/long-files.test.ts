import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isAppError } from "@granary/kernel";
import type { OpenTable } from "@granary/lake";
import { afterAll, beforeAll, expect, it } from "vitest";
import { everything, testLake, type TestLake } from "./lake.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

/** More than are looked at before the rows are stored. */
const ROWS = 21_000;
const long = (last: string): string => `id,note\n${Array.from({ length: ROWS }, (_, index) => `${index},n ${index}\n`).join("")}${last},zz\n`;

async function lastRow(table: OpenTable): Promise<unknown> {
  const orderBy = [{ column: "note", direction: "desc" as const }];
  return (await bed.lake.rows(table, { plan: everything(table), orderBy, limit: 1 })).rows[0];
}

const scratch = (): readonly string[] => readdirSync(join(bed.dir, "lake", ".staging"));

it("stores a long file by the types of all its rows, whatever its first rows say", async () => {
  const plain = await bed.stage("plain", long("7"));
  const late = await bed.stage("late", long("007"));
  expect([plain, late].map((staged) => [staged.columns[0]?.type, staged.scanned, staged.loaded, staged.rejectedCount])).toEqual([
    ["long", ROWS + 1, ROWS + 1, 0],
    ["string", ROWS + 1, ROWS + 1, 0],
  ]);
  await bed.publish(plain);
  await bed.publish(late);
  const rows = [await lastRow(await bed.open("plain")), await lastRow(await bed.open("late"))];
  expect(rows).toEqual([
    ["7", "zz"],
    ["007", "zz"],
  ]);
  expect(scratch()).toEqual([]);
});

it("refuses to add a long file whose last row alone does not fit the table, and leaves nothing of it", async () => {
  await bed.publish(await bed.stage("strict", long("7")));
  const table = await bed.open("strict");
  const failure = await bed.stage("strict", long("007"), table).catch((error: unknown) => error);
  expect(isAppError(failure, "lake.values_mismatch") && failure.issues).toEqual([{ path: "id", message: '1 values are no long, for example "007"' }]);
  expect(scratch()).toEqual([]);
});
