import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RouteSpec, routes } from "@granary/protocol";
import { describe, expect, it } from "vitest";

const CORE = fileURLToPath(new URL("../..", import.meta.url));
const HANDLERS = fileURLToPath(new URL("../../../../../apps/server/src/routes", import.meta.url));

/** What takes rows out of the lake; see `TableReads`, `Comparisons`, `Proposals` and `Merging`. */
const READS =
  /\blake\s*\.\s*(rows|count|stream|export|query|compute|plannedQueries|diff|changes|checkKeys|proposeFile|proposeRows|suggestKeys|summarizeChanges|spreadOfChanges|conflictRows|chooseChanges|resolveChanges|compareProposals)\s*\(/;
/** How a plan comes to be: from the access rules, or with a version that was opened by them. */
const PLANNED = /\b(readData|Readable)\b/;

/**
 * Jobs that read as the platform, all columns and without masks: what they keep tells no value, or goes back into the dataset it is
 * of, as with rows that a run marks as gone.
 */
const SYSTEM_READERS: readonly string[] = ["runs/publish/mark-gone.ts", "personal-data/read-sample.ts"];

const sources = (directory: string) =>
  globSync("**/*.ts", { cwd: directory })
    .filter((path) => !path.endsWith(".test.ts"))
    .map((path) => ({ path, text: readFileSync(join(directory, path), "utf8") }));

const readers = (files: ReturnType<typeof sources>) => files.filter(({ text }) => READS.test(text));

describe("reading table data", () => {
  it("asks for a plan in one place", () => {
    const asking = sources(CORE).filter(({ path, text }) => /readPlanFor\(/.test(text) && !path.startsWith("access/"));
    expect(asking.map((file) => file.path)).toEqual(["datasets/reading/open-version.ts"]);
  });

  it("opens versions in one place, which writes the access log", () => {
    const opening = sources(CORE).filter(({ path, text }) => /\bopenVersion\(/.test(text) && path !== "datasets/reading/open-version.ts");
    expect(opening.map((file) => file.path)).toEqual(["datasets/reading/read-data.ts"]);
  });

  it("goes through a version that was opened for its reader", () => {
    const found = readers(sources(CORE));
    expect(found.length).toBeGreaterThan(3);
    expect(found.filter(({ text }) => !PLANNED.test(text)).map((file) => file.path)).toEqual(SYSTEM_READERS);
  });

  it("is left to core by the routes", () => expect(readers(sources(HANDLERS)).map((file) => file.path)).toEqual([]));

  it("notices a reader that makes its own way", () => {
    const planted = { path: "planted.ts", text: "await ctx.services.lake.rows(table, { plan: { columns } })" };
    expect(readers([planted]).filter(({ text }) => !PLANNED.test(text))).toEqual([planted]);
  });

  it("is refused by every route without the dataset's permissions", () => {
    const table: readonly RouteSpec[] = Object.values(routes);
    const reading = table.filter(({ path }) => /^\/datasets\/.*\/(rows|stats|download|downloads)(\/|$)|^\/downloads/.test(path));
    expect(reading.length).toBeGreaterThan(5);
    expect(reading.filter(({ access }) => access !== "dataset:read" && access !== "dataset:download").map((spec) => spec.path)).toEqual([]);
  });
});
