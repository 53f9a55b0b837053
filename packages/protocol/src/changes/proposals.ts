import { z } from "zod";
import { fileOptions } from "../file-options.ts";
import { rowFilter } from "../row-filter.ts";
import { schemaDocument } from "../routes/dataset-schema.ts";
import { id, line } from "../schemas.ts";

const columnName = z.string().min(1).max(255);
const cellText = z.string().max(1_000_000).nullable();
const rowKey = z.array(z.string().max(8_000).nullable()).min(1).max(20);

/** One edited row: cells by column name, as texts; null empties a cell. Columns that are not named stay as they are. */
export const rowEdit = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("add"), cells: z.record(columnName, cellText) }),
  z.strictObject({ op: z.literal("modify"), key: rowKey, cells: z.record(columnName, cellText) }),
  z.strictObject({ op: z.literal("delete"), key: rowKey }),
]);

export type RowEdit = z.output<typeof rowEdit>;

const MAX_EDITS = 10_000;

/** What is proposed. */
export const proposal = z
  .discriminatedUnion("from", [
    z.strictObject({
      from: z.literal("file"),
      uploadId: id("upload"),
      options: fileOptions.optional(),
      /** The download it was edited from, which tells version, columns and rows; found by the file's name where it holds one. */
      downloadId: id("download").optional(),
      /** The version it is compared with: by default the download's, else the newest. */
      baseVersion: z.string().min(1).max(200).optional(),
      /** Columns that identify rows; by default the dataset's keys. An empty list compares rows whole. */
      keys: z.array(columnName).max(20).optional(),
      /** What rows that are missing in the file mean. `deleted` is refused for the download of a part. */
      missing: z.enum(["kept", "deleted"]).optional(),
      /** Columns of the file under the dataset's names; null leaves one out. */
      mapping: z.record(columnName, columnName.nullable()).optional(),
    }),
    z.strictObject({
      from: z.literal("edits"),
      edits: z.array(rowEdit).min(1).max(MAX_EDITS),
      baseVersion: z.string().min(1).max(200).optional(),
    }),
    /** The edits that were kept with the draft. */
    z.strictObject({ from: z.literal("draft") }),
    z.strictObject({ from: z.literal("schema"), document: schemaDocument, confirm: z.boolean().default(false) }),
  ])
  .meta({ id: "Proposal" });

export type Proposal = z.output<typeof proposal>;

/** A list of names in a field of a form: with commas between, or as JSON when names have commas. */
const nameList = z
  .string()
  .max(8_000)
  .transform((text, context) => {
    if (!text.startsWith("[")) return text === "" ? [] : text.split(",").map((name) => name.trim());
    try {
      const names: unknown = JSON.parse(text);
      if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
    } catch {
      // Falls through to the one answer for what is no list of names.
    }
    context.addIssue({ code: "custom", message: "must be names with commas between, or a JSON list of names" });
    return z.NEVER;
  });

const fileOptionsText = z
  .string()
  .max(100_000)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "must be valid JSON" });
      return z.NEVER;
    }
  })
  .pipe(fileOptions);

/** The fields of a form that proposes its file, all of them texts. */
export const proposalFields = z.strictObject({
  dataset: z.string().min(1).max(200),
  title: line(200).optional(),
  description: z.string().trim().max(20_000).default(""),
  draft: z.stringbool().default(false),
  missing: z.enum(["kept", "deleted"]).optional(),
  keys: nameList.optional(),
  options: fileOptionsText.optional(),
  downloadId: id("download").optional(),
  baseVersion: z.string().min(1).max(200).optional(),
});

/** Cells or rows of a revision, and what becomes of them: the first choice that names a cell decides. */
export const cellChoice = z.strictObject({
  /** Rows by key; left out, all of them. */
  keys: z.array(rowKey).max(10_000).optional(),
  /** Rows by what happened to them. */
  kinds: z
    .array(z.enum(["added", "removed", "modified"]))
    .min(1)
    .optional(),
  /** Rows by their old or new values. */
  filter: rowFilter.optional(),
  /** Left out, the whole row. */
  columns: z.array(columnName).min(1).max(10_000).optional(),
});

export type CellChoice = z.output<typeof cellChoice>;

/** What one selection of cells does. `accept_format`: damaged formats count as changes. `leave_out`: they are not proposed any more. */
export const revisionChoice = cellChoice.extend({ do: z.enum(["accept_format", "leave_out"]) });
export type RevisionChoice = z.output<typeof revisionChoice>;

/** How conflicts are decided: the proposed value, the value that is there now, or another one. */
export const conflictResolution = cellChoice.extend({ take: z.enum(["mine", "theirs", "value"]), value: cellText.optional() });
export type ConflictResolution = z.output<typeof conflictResolution>;
