import type { SandboxParameter } from "./types.ts";

/** One person's query, as it is handed to the process that runs it. */
export interface SandboxJob {
  readonly sql: string;
  /** The platform's own text of each relation, under the key people's names lead to, and whether it leaves rows out. */
  readonly relations: readonly { readonly key: string; readonly text: string; readonly hidesRows: boolean }[];
  readonly files: readonly string[];
  readonly suggestions: readonly string[];
  readonly explain: boolean;
  readonly parameters: Readonly<Record<string, SandboxParameter>>;
  readonly memoryBytes: number;
  readonly tempBytes: number;
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly maxCellBytes: number;
}

/** What a sandbox process is asked besides `next` and `finish`. */
export type SandboxRequest = { readonly type: "check"; readonly sql: string } | { readonly type: "sandbox"; readonly job: SandboxJob };
