import { defineConfig } from "vitest/config";

const root = import.meta.dirname;
/** One PostgreSQL for all test files of a project. */
const globalSetup = [`${root}/packages/testkit/src/global-setup.ts`];

export default defineConfig({
  test: {
    pool: "forks",
    // Suites mostly wait for engine processes and jobs: a third keeps two cores busy.
    maxWorkers: 3,
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: "server",
          root,
          environment: "node",
          include: ["packages/*/{src,test}/**/*.test.ts", "apps/{server,cli}/**/*.test.ts", "scripts/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/browser/**", "test/long/**", "**/*.long.test.ts"],
          globalSetup,
          hookTimeout: 120_000,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "web",
          root: `${root}/apps/web`,
          environment: "jsdom",
          setupFiles: [`${root}/apps/web/test/setup.ts`],
          include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.{ts,tsx}"],
          hookTimeout: 120_000,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          root,
          environment: "node",
          include: ["test/browser/**/*.test.ts"],
          globalSetup,
          // A journey is a whole program with its browser.
          maxWorkers: 2,
          // Projects with another number of workers run one after another.
          sequence: { groupOrder: 1 },
          hookTimeout: 120_000,
          testTimeout: 120_000,
        },
      },
    ],
  },
});
