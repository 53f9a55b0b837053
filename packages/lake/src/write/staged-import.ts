import type { FileFacts, FileWarning, RecordForm, RejectedRow } from "@granary/engine";
import type { AddColumn } from "../schema/index.ts";
import type { StagedChange } from "../change/index.ts";

/** A column of a staged import: what it will be stored as, and what was seen of it. */
export interface StagedColumn {
  readonly fieldId: number;
  readonly name: string;
  readonly type: string;
  /** True when some values are stored in another spelling of the same value (`TRUE` as `true`, `2` as `2.00`). */
  readonly isNormalized: boolean;
}

/**
 * A file's rows lying in the warehouse, durable but invisible until published. Plain data: it may be stored and
 * published by another process later.
 */
export interface StagedImport extends StagedChange {
  readonly columns: readonly StagedColumn[];
  /** Columns the table has to get, by `evolveSchema` in the transaction that publishes; their ids are the next ones. */
  readonly newColumns: readonly AddColumn[];
  /** Of rows matched by key: those that were new, that replaced another, and that were there with the very values. */
  readonly matched?: { readonly added: number; readonly updated: number; readonly unchanged: number };
  /** What the file was found to be. */
  readonly facts: FileFacts;
  /** How rejected records are written, and what was made of the file's columns. */
  readonly recordForm: RecordForm;
  readonly warnings: readonly FileWarning[];
  /** Records in the file; always `loaded + rejectedCount`. */
  readonly scanned: number;
  readonly loaded: number;
  readonly rejectedCount: number;
  /** The first rejected rows, as many as were asked for. */
  readonly rejected: readonly RejectedRow[];
}
