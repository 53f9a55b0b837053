import { parseRecord } from "../formats/delimited/record-text.ts";
import { archiveMembers } from "../formats/file/open-source.ts";
import { spoolFile } from "../formats/file/spool-file.ts";
import type { TaskProgress } from "./messages.ts";

/** What a task may use besides its input. */
export interface TaskContext {
  readonly signal: AbortSignal;
  onProgress(progress: TaskProgress): void;
}

/** Work in JavaScript that reads people's files, and therefore runs in an engine process and never in the caller's. */
export const TASKS = { archiveMembers, parseRecord, spoolFile } as const satisfies Record<string, (input: never, context: TaskContext) => Promise<unknown>>;

export type TaskName = keyof typeof TASKS;
export type TaskInput<N extends TaskName> = Parameters<(typeof TASKS)[N]>[0];
export type TaskOutput<N extends TaskName> = Awaited<ReturnType<(typeof TASKS)[N]>>;
