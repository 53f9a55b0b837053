/** What a request asks for. */
export type S3Operation = "put" | "get" | "head" | "delete" | "deleteMany" | "list" | "begin" | "part" | "join" | "abort";

/** What goes wrong with a request. */
export type S3Fault =
  /** An error answer, such as 503 `SlowDown`. */
  | { readonly kind: "status"; readonly status: number; readonly code: string }
  /** Nothing comes back, and the connection stays open. */
  | { readonly kind: "stall" }
  /** The connection ends before anything is done. */
  | { readonly kind: "reset" }
  /** The work is done, and the connection ends before the answer. */
  | { readonly kind: "loseAnswer" }
  /** The connection ends after so many bytes of the body. */
  | { readonly kind: "cutBody"; readonly after: number }
  /** Nothing more comes after so many bytes of the body. */
  | { readonly kind: "stallBody"; readonly after: number }
  /** One byte at a time: always a sign of life, never an end. */
  | { readonly kind: "trickle"; readonly everyMs: number }
  /** One bit of the body is another. */
  | { readonly kind: "flipBit" }
  /** A shorter body under an honest length. */
  | { readonly kind: "shorten"; readonly to: number }
  /** A list as it was when the fault was planned. */
  | { readonly kind: "staleList" };

export interface PlannedFault {
  readonly on: S3Operation;
  /** Which keys; all when left out. */
  readonly key?: RegExp;
  /** How many such requests go well first; none when left out. */
  readonly after?: number;
  /** How often; always when left out. */
  readonly times?: number;
  readonly fault: S3Fault;
}
