import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;
const present = (...paths: string[]): string[] => paths.map((path) => `${root}/${path}`).filter((path) => existsSync(path));

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: "server",
          root,
          environment: "node",
          include: ["packages/*/{src,test}/**/*.test.ts", "apps/{server,cli}/**/*.test.ts", "scripts/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/browser/**", "test/long/**"],
          globalSetup: present("packages/testkit/src/global-setup.ts"),
          hookTimeout: 120_000,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "web",
          root: `${root}/apps/web`,
          environment: "jsdom",
          include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.{ts,tsx}"],
          setupFiles: present("apps/web/test/setup.ts"),
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
          globalSetup: present("packages/testkit/src/global-setup.ts"),
          fileParallelism: false,
          hookTimeout: 120_000,
          testTimeout: 120_000,
        },
      },
    ],
  },
});
