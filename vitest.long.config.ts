import { defineConfig } from "vitest/config";

const globalSetup = `${import.meta.dirname}/packages/testkit/src/global-setup.ts`;

/** Suites that take minutes: crash series, soak, large data. Started by `.ci/run`, not by `npm test`. */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 1,
    fileParallelism: false,
    passWithNoTests: true,
    include: ["test/long/**/*.test.ts", "{packages,apps}/*/{src,test}/**/*.long.test.ts"],
    exclude: ["**/node_modules/**"],
    globalSetup: [globalSetup],
    hookTimeout: 600_000,
    testTimeout: 1_800_000,
  },
});
