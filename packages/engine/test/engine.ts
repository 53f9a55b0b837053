import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine, type EngineOptions } from "@granary/engine";

/** An engine in a directory of its own, for one test file. */
export interface TestEngine extends AsyncDisposable {
  readonly engine: Engine;
  readonly dir: string;
}

export function testEngine(options: Omit<EngineOptions, "tempRoot"> = {}): TestEngine {
  const dir = mkdtempSync(join(tmpdir(), "granary-engine-"));
  const engine = createEngine({ ...options, tempRoot: join(dir, "engine") });
  return {
    engine,
    dir,
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
