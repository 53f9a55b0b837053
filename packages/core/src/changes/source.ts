import type { CellChoice, FileOptions } from "@granary/protocol";
import type { Asker } from "../datasets/index.ts";

/** One edited row with its cells by field id. */
export interface KeptEdit {
  readonly op: "add" | "modify" | "delete";
  readonly key: readonly (string | null)[] | null;
  readonly cells: Readonly<Record<number, string | null>>;
}

/** Cells that somebody chose, with columns by field id, so that a renamed column stays the same one. */
export interface KeptChoice extends Omit<CellChoice, "columns"> {
  readonly fieldIds?: readonly number[] | undefined;
}

/** What a revision is made of, as its job reads it. */
export type RevisionWork =
  | {
      readonly from: "file";
      readonly uploadId: string;
      readonly options: FileOptions;
      /** Field ids. */
      readonly keys: readonly number[];
      readonly missing: "kept" | "removed";
    }
  | { readonly from: "edits"; readonly edits: readonly KeptEdit[]; readonly keys: readonly number[]; readonly isDraft: boolean }
  | { readonly from: "revert"; readonly toVersion: number }
  | { readonly from: "schema" }
  | {
      readonly from: "selection";
      readonly revision: number;
      readonly choices: readonly (KeptChoice & { readonly do: "accept_format" | "leave_out" })[];
      readonly isSplit: boolean;
    }
  | {
      readonly from: "resolution";
      readonly revision: number;
      readonly resolutions: readonly (KeptChoice & { readonly take: "mine" | "theirs" | "value"; readonly value?: string | null | undefined })[];
      readonly rest: "mine" | "theirs" | null;
    }
  | { readonly from: "split"; readonly changeId: string; readonly revision: number };

/** What a revision is made of, with who asked for it and by which rights. */
export type RevisionSource = RevisionWork & {
  readonly asker: Asker;
  /** Whether the request opens for review once it is compared. */
  readonly opens: boolean;
  readonly confirm?: boolean;
};
