import type { ErrorCode } from "@granary/protocol";
import type { TaskInput, TaskName } from "./tasks.ts";

/** A value of a row as it crosses the process boundary: exact, and safe in JSON (64-bit integers and decimals as text). */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type Row = readonly JsonValue[];

/** A result column: its name and DuckDB's name of its type, such as `DECIMAL(10,2)`. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

/** What an engine process is started with. */
export interface ChildSettings {
  readonly memoryBytes: number;
  readonly threads: number;
  readonly tempDir: string;
  readonly maxTempBytes: number;
}

/** Bytes of input read and rows seen so far by a task. */
export interface TaskProgress {
  readonly bytes: number;
  readonly rows: number;
}

/** One request is under way at a time; `interrupt` stops it and `finish` ends the session. */
export type ToChild =
  | { readonly type: "query"; readonly sql: string }
  /** Runs a statement; the answer brings its first rows too, most often all there are. */
  | { readonly type: "run"; readonly sql: string }
  /** Asks for the next rows of the running query: rows only flow when they are wanted. */
  | { readonly type: "next" }
  | { readonly type: "task"; readonly name: TaskName; readonly input: TaskInput<TaskName> }
  | { readonly type: "interrupt" }
  | { readonly type: "finish" };

/** Why a request failed, as far as the process itself can tell. */
export type ChildFault =
  | { readonly kind: "fault"; readonly code: ErrorCode; readonly params: Readonly<Record<string, unknown>> }
  | { readonly kind: "engine" | "defect"; readonly message: string };

export type FromChild =
  | { readonly type: "ready" }
  | { readonly type: "columns"; readonly columns: readonly ResultColumn[] }
  | { readonly type: "begun"; readonly columns: readonly ResultColumn[]; readonly rows: readonly Row[]; readonly done: boolean }
  /** `truncated` says that there was more than may be sent. */
  | { readonly type: "rows"; readonly rows: readonly Row[]; readonly done: boolean; readonly truncated?: "rows" | "bytes" }
  | { readonly type: "progress"; readonly progress: TaskProgress }
  | { readonly type: "result"; readonly value: unknown }
  | { readonly type: "failed"; readonly fault: ChildFault }
  | { readonly type: "finished"; readonly residentBytes: number };
