import { z } from "zod";
import { FILE_ENCODINGS, FILE_KINDS } from "./file-options.ts";

const reading = z.object({
  type: z.string(),
  /** Texts that stand for a missing value. */
  nullTokens: z.array(z.string()),
  decimal: z.string().nullable(),
  thousands: z.string().nullable(),
  /** How dates are written, in strptime's letters; null for ISO 8601. */
  format: z.string().nullable(),
});

/** How sure a finding is, 0 to 1, and a sentence that says why. */
const finding = z.object({ confidence: z.number(), evidence: z.string() });

const nested = z.enum(["keep", "flatten"]);
const path = z.array(z.string());

const facts = z.object({
  kind: z.enum(FILE_KINDS),
  packing: z.enum(["gzip", "zstd", "zip"]).nullable(),
  /** The file of an archive that was looked at. */
  member: z.string().nullable(),
  encoding: finding.extend({ name: z.enum(FILE_ENCODINGS), runnerUp: z.enum(FILE_ENCODINGS).nullable(), hasByteOrderMark: z.boolean() }).nullable(),
  delimited: finding
    .extend({
      /** Empty for files of one column. */
      delimiter: z.string(),
      runnerUp: z.string().nullable(),
      quote: z.string().nullable(),
      escape: z.enum(["double", "backslash"]),
      skipLines: z.number().int(),
      headerRows: z.number().int(),
      headerConfidence: z.number(),
      /** The first of the lines that are skipped. */
      preamble: z.array(z.string()),
    })
    .nullable(),
  sheet: finding
    .extend({
      name: z.string(),
      sheets: z.array(z.object({ name: z.string(), isHidden: z.boolean() })),
      headerRow: z.number().int(),
      errors: z.enum(["reject", "null"]),
    })
    .nullable(),
  json: finding.extend({ layout: z.enum(["lines", "array", "values"]), path, nested, otherPaths: z.array(path) }).nullable(),
  xml: finding.extend({ rowPath: path, nested, others: z.array(z.object({ path, count: z.number().int() })) }).nullable(),
});

const column = z.object({
  name: z.string(),
  /** What the file calls it, which is what options go by. */
  source: z.string(),
  /** What stands in the header, where that could not be the name. */
  renamedFrom: z.string().nullable(),
  type: z.string(),
  /** Whether another type may be said: values of Parquet and nested ones have theirs. */
  canRetype: z.boolean(),
  reading,
  /** Whether some values are stored in another spelling of the same value. */
  isNormalized: z.boolean(),
  /** Other readings that fit every value looked at. */
  alternatives: z.array(reading),
  evidence: z.object({
    values: z.number().int(),
    nulls: z.number().int(),
    likely: z.string().nullable(),
    fitting: z.number().int().nullable(),
    misfit: z.object({ line: z.number().int(), value: z.string() }).nullable(),
    text: z.string(),
  }),
});

/** What a file was found to be, with a typed preview and evidence for every decision. */
export const inspectedFile = z
  .object({
    facts,
    /** The first lines of a text file as they are, at most 50, long ones cut; null for other files. */
    head: z.array(z.string()).nullable(),
    columns: z.array(column),
    /** Typed values in the order of `columns`. */
    rows: z.array(z.array(z.unknown())),
    /** Records looked at: all of the file unless `isPartial`. */
    records: z.number().int(),
    isPartial: z.boolean(),
    rejectedCount: z.number().int(),
    rejected: z.array(z.object({ line: z.number().int(), reason: z.string(), raw: z.string() })),
    warnings: z.array(z.object({ code: z.string(), message: z.string(), column: z.string().nullable() })),
  })
  .meta({ id: "InspectedFile" });

export type InspectedFile = z.infer<typeof inspectedFile>;
export type InspectedColumn = InspectedFile["columns"][number];
