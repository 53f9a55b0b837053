import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../run-tool.ts";

/** A temporary folder for one test, removed at the end of its scope. */
export type Scratch = Disposable & {
  readonly path: string;
  /** Writes files, given as path to text. */
  write(files: Readonly<Record<string, string>>): void;
  /** Copies files or folders of the checkout to the same place. */
  copy(...paths: readonly string[]): void;
  /** Lets programs in the folder find the checkout's packages. */
  linkModules(): void;
};

export function scratchFolder(): Scratch {
  const path = mkdtempSync(join(tmpdir(), "granary-scratch-"));
  return {
    path,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
    },
    copy(...paths) {
      for (const name of paths) cpSync(join(ROOT, name), join(path, name), { recursive: true });
    },
    linkModules() {
      symlinkSync(join(ROOT, "node_modules"), join(path, "node_modules"));
    },
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
