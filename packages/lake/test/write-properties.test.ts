import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestLake, testLake } from "./lake.ts";
import { randomOf } from "./random.ts";
import { liveThrough, WRITE_MODES } from "./write-history.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

const modes = Object.keys(WRITE_MODES) as readonly (keyof typeof WRITE_MODES)[];
const cases = Array.from({ length: 4 }, (_, index) => modes.map((mode) => ({ seed: 12 + index * 3 + modes.indexOf(mode), mode }))).flat();

it.each(cases)("a table has the rows of a model through random changes, $mode, seed $seed", { timeout: 120_000 }, async ({ seed, mode }) => {
  await expect(liveThrough(bed, randomOf(seed), { tableName: `random_${seed}`, steps: 12, mode, maxRows: 8 })).resolves.toBeUndefined();
});
