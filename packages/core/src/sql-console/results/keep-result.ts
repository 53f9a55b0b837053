import { mkdir } from "node:fs/promises";
import type { SandboxResult } from "@granary/engine";
import { resultDirectory, resultPath } from "./result-file.ts";
import { type KeptResult, spoolResult } from "./spool-result.ts";

/** Keeps a result for its owner, for paging, charts and files. */
export async function keepResult(dataDir: string, queryId: string, result: SandboxResult): Promise<KeptResult> {
  await mkdir(resultDirectory(dataDir), { recursive: true, mode: 0o700 });
  return spoolResult(resultPath(dataDir, queryId), result);
}
