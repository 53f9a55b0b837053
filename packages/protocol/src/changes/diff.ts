import { z } from "zod";
import { rowFilterText } from "../row-filter.ts";
import { column } from "../routes/datasets.ts";
import { schemaDifference } from "../routes/dataset-schema.ts";
import { pageQuery } from "../schemas.ts";
import { formatDamage } from "./change-request.ts";

const count = z.number().int();
const cells = z.array(z.string().nullable());

/** `duplicate_key`, `null_key`: rows that their key cannot identify, so that they are not matched. */
const SHOWN_CHANGE_KINDS = ["added", "removed", "modified", "duplicate_key", "null_key"] as const;

const changedRow = z.object({
  kind: z.enum(SHOWN_CHANGE_KINDS),
  /** `format`: nothing but the format of values differs, so that nothing is changed unless that is accepted. */
  class: z.enum(["value", "format"]),
  /** The values of the key columns in their order; null without keys, and where the caller may not see them. */
  key: cells.nullable(),
  copies: count,
  old: cells.nullable(),
  new: cells.nullable(),
  /** By column: whether the value is changed. */
  changed: z.array(z.boolean()),
  /** By column: the damage for which the old value is kept. */
  damage: z.array(formatDamage.nullable()),
  comments: count,
});

export type ChangedRow = z.infer<typeof changedRow>;

const conflictCell = z.object({ column: z.string(), base: z.string().nullable(), mine: z.string().nullable(), theirs: z.string().nullable() });

export const conflictRow = z.object({
  key: cells.nullable(),
  /** `cells`: both changed it. `deleted_there`: it is gone from the dataset. `deleted_here`: it was changed there. `added_twice`: both added the key. */
  kind: z.enum(["cells", "deleted_there", "deleted_here", "added_twice"]),
  cells: z.array(conflictCell),
});

export type ConflictRow = z.infer<typeof conflictRow>;

export const diffPage = z.object({
  revision: count,
  /** Names of the key columns. */
  keys: z.array(z.string()),
  columns: z.array(column),
  changes: z.array(changedRow),
  next: z.string().nullable(),
});

export type ChangeDiff = z.infer<typeof diffPage>;

export const diffQuery = pageQuery.extend({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  revision: z.coerce.number().int().min(1).optional().describe("The newest when absent"),
  kind: z.enum(["added", "removed", "modified", "format", "duplicate_key", "null_key"]).optional(),
  column: z.string().min(1).max(255).optional().describe("Only rows in which this column is changed or damaged"),
  filter: rowFilterText.optional().describe("Only rows of which the old or the new values meet this"),
  q: z.string().trim().min(1).max(500).optional().describe("Only rows with this text before or after"),
});

const bin = z.object({ label: z.string(), before: count, after: count });

/** What a revision changes, as the caller sees it. */
export const changeOverview = z.object({
  revision: count,
  added: count,
  removed: count,
  modified: count,
  formatOnly: count,
  duplicateKeys: count,
  nullKeys: count,
  /** Columns with changed or damaged cells, those with most first. */
  columns: z.array(z.object({ column: z.string(), changed: count, damaged: count, damages: z.array(z.object({ damage: formatDamage, cells: count })) })),
  /** Changes of columns and their rules, of a request that changes them. */
  schema: z.array(schemaDifference),
  /** Rows of the newest version that stand against changed rules. */
  schemaFaults: z.array(z.object({ column: z.string(), message: z.string(), rows: count, examples: z.array(z.string()) })),
});

export type ChangeOverview = z.infer<typeof changeOverview>;

/** How a column's values are spread before and after, over the rows of the request. */
export const columnShift = z.object({
  column: z.string(),
  changed: count,
  nullsBefore: count,
  nullsAfter: count,
  /** Ranges of numbers and times, or the most frequent values; the rest is `others`. */
  kind: z.enum(["ranges", "values"]),
  bins: z.array(bin),
  others: z.object({ before: count, after: count }),
});

export type ColumnShift = z.infer<typeof columnShift>;
