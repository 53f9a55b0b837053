import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestLake, testLake } from "../../../packages/lake/test/lake.ts";
import { randomOf } from "../../../packages/lake/test/random.ts";
import { liveThrough, WRITE_MODES } from "../../../packages/lake/test/write-history.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

const modes = Object.keys(WRITE_MODES) as readonly (keyof typeof WRITE_MODES)[];
const cases = Array.from({ length: 8 }, (_, index) => modes.map((mode) => ({ seed: 1000 + index * 3 + modes.indexOf(mode), mode }))).flat();

it.each(cases)("a table has the rows of a model through a long life of random changes, $mode, seed $seed", async ({ seed, mode }) => {
  await expect(liveThrough(bed, randomOf(seed), { tableName: `long_${seed}`, steps: 30, mode, maxRows: 40 })).resolves.toBeUndefined();
});
