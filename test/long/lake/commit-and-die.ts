import { openDatabase } from "@granary/db";
import { createEngine } from "@granary/engine";
import { silentLogger } from "@granary/kernel";
import type { StagedChange } from "@granary/lake";
import { warehouseLake } from "../../../packages/lake/test/warehouse-lake.ts";
import { COMMIT_KINDS, type Place } from "./commit-kinds.ts";
import { killBefore, watchFiles, watchStatements } from "./faults.ts";

/** Where the process works. */
export interface Surroundings {
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  readonly warehouse: string;
  readonly engineDir: string;
  readonly workspaceId: string;
  /** Whether it will be told to stage rows. */
  readonly needsEngine: boolean;
}

/** What it does, and the step before which it dies; one beyond the last lets it finish. */
export interface CrashOrder {
  readonly kind: string;
  readonly tableName: string;
  readonly work: "stage" | "commit";
  readonly staged?: StagedChange;
  readonly killAt: number;
}

const { connection, warehouse, engineDir, workspaceId, needsEngine } = JSON.parse(process.argv[2] ?? "{}") as Surroundings;
await watchFiles();
watchStatements();
await using engine = createEngine({ tempRoot: engineDir });
await using database = openDatabase({ connection, log: silentLogger });
const lake = warehouseLake(warehouse, engine);
if (needsEngine) await engine.use({ kind: "read" }, async () => undefined);
const order = await new Promise<CrashOrder>((resolve) => {
  process.once("message", (message) => resolve(message as CrashOrder));
  process.send?.("ready");
});
const { kind, tableName, work, staged, killAt } = order;
const { stage, commit } = COMMIT_KINDS[kind] ?? {};
const place: Place = { lake, ref: { workspaceId, tableName }, tx: (use) => database.tx({ workspaceId }, use) };
killBefore(killAt);
if (work === "stage") await stage?.(place);
else await commit?.(place, staged);
killBefore(Number.NaN);
process.disconnect?.();
