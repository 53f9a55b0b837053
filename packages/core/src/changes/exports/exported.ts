import type { Change } from "@granary/lake";

/** A column of an exported change request. */
export interface ExportedColumn {
  readonly name: string;
  /** As the lake names it: `long`, `decimal(10, 2)`, `string`. */
  readonly type: string;
  readonly isKey: boolean;
}

/** A changed row with its cells as texts, in the order of the columns. */
export interface ExportedRow extends Pick<Change, "kind" | "copies" | "changed" | "damage" | "isFormatOnly"> {
  readonly old: readonly (string | null)[] | null;
  readonly new: readonly (string | null)[] | null;
}

/** What a change request changes, as one person sees it. */
export interface ExportedChange {
  readonly number: number;
  readonly title: string;
  readonly dataset: string;
  readonly baseVersion: number;
  readonly revision: number;
  readonly columns: readonly ExportedColumn[];
  /** In the order of the keys, a page at a time. */
  readonly pages: AsyncIterable<readonly ExportedRow[]>;
}

/** Writes a change request as one kind of file, piece by piece. */
export type Writer = (change: ExportedChange) => AsyncIterable<string>;

/** What a row comes to, in a word. */
export const verdictOf = ({ kind, isFormatOnly }: ExportedRow): string => (isFormatOnly ? "format" : kind);
