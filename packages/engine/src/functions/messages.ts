/** What a value of an argument becomes in JavaScript where JSON has no form of its own for it. */
export type ArgumentKind = "integer" | "number" | "json" | "other";

/** What a function's process is told first. */
export interface FunctionSetup {
  readonly body: string;
  readonly arguments: readonly { readonly name: string; readonly kind: ArgumentKind }[];
  readonly outputs: readonly { readonly name: string; readonly isJson: boolean }[];
}

/** What a process of functions is started with. */
export interface FunctionSettings {
  /** Node's own engine, where a wall of the operating system is around the process; else QuickJS in WebAssembly. */
  readonly runtime: "node" | "quickjs";
  readonly memoryBytes: number;
  /** How long QuickJS lets one batch run; processes of the other kind are killed from outside. */
  readonly deadlineMs: number;
}

/** The answer to one frame: lines of JSON, or why the function cannot be used. */
export const FRAME = { lines: 0, fault: 1 } as const;

/** Length and kind before a frame's bytes. */
export const FRAME_HEADER_BYTES = 5;
