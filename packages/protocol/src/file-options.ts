import { z } from "zod";

/** Kinds of files that tables are read from. */
export const FILE_KINDS = ["delimited", "json", "xml", "xlsx", "parquet"] as const;

/** Encodings text files may have, by the names of the WHATWG encoding standard. */
export const FILE_ENCODINGS = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "windows-1253",
  "windows-1254",
  "iso-8859-2",
  "iso-8859-15",
  "koi8-r",
  "macintosh",
  "shift_jis",
  "euc-jp",
  "gb18030",
  "big5",
  "euc-kr",
] as const;

/** The types a person may give a column of texts: `integer` has 64 bits, `number` is a double. A decimal names its digits: `decimal(18,2)`. */
export const FILE_COLUMN_TYPES = ["text", "integer", "number", "boolean", "date", "time", "timestamp", "timestamptz", "uuid"] as const;

const MAX_COLUMNS = 10_000;
const MAX_DIGITS = 38;

function isDecimal(type: string): boolean {
  const [, precision, scale] = /^decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$/.exec(type) ?? [];
  return precision !== undefined && Number(precision) >= 1 && Number(precision) <= MAX_DIGITS && Number(scale) <= Number(precision);
}

const columnType = z
  .string()
  .max(20)
  .refine(
    (type) => FILE_COLUMN_TYPES.some((name) => name === type) || isDecimal(type),
    `must be one of ${FILE_COLUMN_TYPES.join(", ")}, or decimal(digits,places) with at most ${MAX_DIGITS} digits`,
  )
  .meta({ description: `${FILE_COLUMN_TYPES.join(", ")}, or decimal(18,2).` });

const oneCharacter = z.string().length(1, "must be one character");
const name = z.string().min(1).max(1_000);
const names = z.array(z.string().max(1_000)).max(100);
const nested = z.enum(["keep", "flatten"]).optional().meta({ description: "Whether inner objects stay structs or become columns of their own." });

const values = {
  nullTokens: z.array(z.string().max(100)).max(50).optional().meta({ description: "Texts that stand for a missing value." }),
  decimal: z.enum([".", ","]).optional(),
  thousands: z.string().max(1).optional().meta({ description: "What stands between groups of three digits; empty for nothing." }),
};

const columnOptions = z.strictObject({
  ...values,
  type: columnType.optional(),
  format: z.string().min(1).max(40).optional().meta({ description: "How dates are written, in strptime's letters: `%d/%m/%Y`." }),
  name: name.max(255).optional().meta({ description: "What the column is to be called instead." }),
  skip: z.boolean().optional().meta({ description: "Leaves the column out." }),
});

/** How a file is to be read, as a person says; whatever is left out is detected. The preview and the import take the same. */
export const fileOptions = z
  .strictObject({
    kind: z.enum(FILE_KINDS).optional(),
    member: name.optional().meta({ description: "Which file of an archive." }),
    encoding: z.enum(FILE_ENCODINGS).optional(),
    delimited: z
      .strictObject({
        delimiter: z.string().max(1, "must be one character, or empty for one column").optional(),
        quote: oneCharacter.nullable().optional().meta({ description: "Null when quotes mean nothing." }),
        escape: z.enum(["double", "backslash"]).optional(),
        skipLines: z.number().int().min(0).max(100_000).optional(),
        headerRows: z.number().int().min(0).max(20).optional().meta({ description: "Records that make up the names; several are joined by a blank." }),
      })
      .optional(),
    json: z
      .strictObject({
        layout: z.enum(["lines", "array", "values"]).optional(),
        path: names.optional().meta({ description: "The keys that lead to the array of rows." }),
        nested,
      })
      .optional(),
    xml: z
      .strictObject({ rowPath: names.min(1).optional().meta({ description: "The elements from the document's own down to the one that is a row." }), nested })
      .optional(),
    sheet: z
      .strictObject({
        name: z.string().min(1).max(100).optional(),
        headerRow: z.number().int().min(0).max(1_048_576).optional().meta({ description: "The row that holds the names, as Excel numbers it; 0 for none." }),
        errors: z.enum(["reject", "null"]).optional().meta({ description: "What a cell that shows an error does: its row is rejected, or the cell is empty." }),
      })
      .optional(),
    values: z.strictObject(values).optional().meta({ description: "For all columns that do not say otherwise." }),
    columns: z
      .record(name, columnOptions)
      .refine((columns) => Object.keys(columns).length <= MAX_COLUMNS, `must not be more than ${MAX_COLUMNS}`)
      .optional()
      .meta({ description: "By the columns' names in the file, as the inspection shows them (`source`)." }),
  })
  .meta({ id: "FileOptions" });

/** When an import stops with nothing loaded: beyond a number of rejected records, or beyond a share of all. */
export const maxRejects = z
  .union([z.strictObject({ count: z.number().int().min(0).max(1_000_000_000) }), z.strictObject({ share: z.number().min(0).max(1) })])
  .meta({ description: "`{count: 100}` or `{share: 0.01}`: with more rejected records nothing is loaded." });

export type FileOptions = z.infer<typeof fileOptions>;
export type FileColumnOptions = z.infer<typeof columnOptions>;
export type MaxRejects = z.infer<typeof maxRejects>;
