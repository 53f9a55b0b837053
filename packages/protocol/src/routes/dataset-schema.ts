import { z } from "zod";
import { route } from "../route.ts";
import { can, id, instant, page, pageQuery } from "../schemas.ts";
import { column, COLUMN_TYPES, datasetParams } from "./datasets.ts";

const TAG = "Datasets";

/** What a column is about, as people say it; no rule is checked by it. */
export const SEMANTIC_TYPES = [
  "identifier",
  "person_name",
  "email",
  "phone",
  "address",
  "postal_code",
  "city",
  "country",
  "latitude",
  "longitude",
  "date_of_birth",
  "amount",
  "currency",
  "percentage",
  "quantity",
  "category",
  "url",
  "ip_address",
  "free_text",
] as const;

export type SemanticType = (typeof SEMANTIC_TYPES)[number];

const count = z.number().int();
const columnName = z.string().min(1).max(255);
const description = z.string().trim().max(2_000);
const semanticType = z.enum(SEMANTIC_TYPES).nullable();
const allowedValues = z.array(z.string().max(1_000)).min(1).max(500).nullable();
const storedType = z.string().trim().min(1).max(100);

export const schemaColumn = z
  .object({
    /** Stays the same whatever the column is called. */
    id: count,
    name: z.string(),
    type: z.enum(COLUMN_TYPES),
    storedType: z.string(),
    description: z.string(),
    semanticType,
    required: z.boolean(),
    unique: z.boolean(),
    /** Whether it is one of the columns that identify a row. */
    key: z.boolean(),
    allowedValues: z.array(z.string()).nullable(),
    masked: column.shape.masked,
  })
  .meta({ id: "SchemaColumn" });

export type SchemaColumn = z.infer<typeof schemaColumn>;

const datasetSchema = z
  .object({
    /** The schema's own number, for If-Match. */
    version: count,
    /** The newest version of the data that has these columns. */
    dataVersion: count,
    columns: z.array(schemaColumn),
    keys: z.array(z.string()),
    at: instant,
    by: z.object({ id: id("user"), name: z.string() }).nullable(),
    reason: z.string(),
    can: can("change"),
  })
  .meta({ id: "DatasetSchema" });

export type DatasetSchema = z.infer<typeof datasetSchema>;

const CHANGE_KINDS = [
  "added",
  "dropped",
  "renamed",
  "widened",
  "reordered",
  "described",
  "semanticType",
  "required",
  "unique",
  "allowedValues",
  "keys",
] as const;

const said = z.union([z.string(), z.boolean(), z.array(z.string())]).nullable();

export const schemaDifference = z
  .object({
    kind: z.enum(CHANGE_KINDS),
    /** The column as it is called afterwards; null for what is about several. */
    column: z.string().nullable(),
    before: said,
    after: said,
  })
  .meta({ id: "SchemaDifference" });

export type SchemaDifference = z.infer<typeof schemaDifference>;

const historyEntry = z.object({
  version: count,
  /** The first version of the data that had these columns. */
  dataVersion: count,
  at: instant,
  by: z.object({ id: id("user"), name: z.string() }).nullable(),
  reason: z.string(),
  /** Against the version before; empty for the first. */
  changes: z.array(schemaDifference),
  columns: z.array(schemaColumn),
  /** Columns of earlier versions that this one does not have. */
  dropped: z.array(z.object({ id: count, name: z.string(), type: z.enum(COLUMN_TYPES), storedType: z.string(), droppedIn: count })),
});

export type SchemaHistoryEntry = z.infer<typeof historyEntry>;

const edit = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("rename"), column: columnName, name: columnName }),
  z.strictObject({
    kind: z.literal("add"),
    name: columnName,
    type: storedType,
    description: description.default(""),
    semanticType: semanticType.default(null),
    after: columnName.nullable().optional(),
  }),
  z.strictObject({ kind: z.literal("drop"), column: columnName }),
  z.strictObject({ kind: z.literal("widen"), column: columnName, type: storedType }),
  z.strictObject({ kind: z.literal("move"), column: columnName, after: columnName.nullable() }),
  z.strictObject({ kind: z.literal("describe"), column: columnName, description }),
  z.strictObject({ kind: z.literal("semanticType"), column: columnName, semanticType }),
  z.strictObject({ kind: z.literal("require"), column: columnName, required: z.boolean() }),
  z.strictObject({ kind: z.literal("unique"), column: columnName, unique: z.boolean() }),
  z.strictObject({ kind: z.literal("allow"), column: columnName, values: allowedValues }),
  z.strictObject({ kind: z.literal("keys"), columns: z.array(columnName).max(20) }),
]);

/** One change of a dataset's columns. Columns are named as in the version that was read; `after: null` means first. */
export type SchemaEdit = z.output<typeof edit>;

const documentColumn = z.strictObject({
  id: count.optional().meta({ description: "Names the column whatever it is called; left out, its name does" }),
  name: columnName,
  type: storedType.meta({ description: "As stored: `string`, `long`, `decimal(18, 2)`; a wider one than before widens the column" }),
  description: description.default(""),
  semanticType: semanticType.default(null),
  required: z.boolean().default(false),
  unique: z.boolean().default(false),
  allowedValues: allowedValues.default(null),
});

export const schemaDocument = z
  .strictObject({
    granarySchema: z.literal(1).meta({ description: "The version of this form" }),
    dataset: z.string().optional().meta({ description: "For people; not read" }),
    version: count.optional().meta({ description: "The schema version it was made of; not read" }),
    keys: z.array(columnName).max(20).default([]).meta({ description: "Names of the columns that identify a row" }),
    columns: z.array(documentColumn).min(1).max(10_000),
  })
  .meta({ id: "SchemaDocument" });

export type SchemaDocument = z.output<typeof schemaDocument>;

const fault = z.object({
  column: z.string(),
  rule: z.enum(["required", "unique", "allowedValues", "keys"]),
  /** Rows of the newest version that break it. */
  rows: count,
  message: z.string(),
  /** Some of them, by key or by what is wrong with them. */
  examples: z.array(z.string()),
});

export type SchemaFault = z.infer<typeof fault>;

const changed = z.object({
  /** The schema's version afterwards, or still. */
  version: count,
  isApplied: z.boolean(),
  changes: z.array(schemaDifference),
  /** Rows that do not keep to what is asked; with any, nothing can be applied. */
  faults: z.array(fault),
  /** Whether columns go, so that it has to be confirmed. */
  isDestructive: z.boolean(),
  schema: datasetSchema,
});

export type ChangedSchema = z.infer<typeof changed>;

const CHANGE_ERRORS = [
  "dataset.not_found",
  "dataset.not_ready",
  "edit.conflict",
  "schema.rows_fail",
  "schema.confirmation_required",
  "lake.schema_change_invalid",
  "lake.commit_conflict",
] as const;

const changeQuery = z.strictObject({
  dryRun: z.stringbool().default(false).describe("Tells what would change and which rows stand against it, and changes nothing"),
  confirm: z.stringbool().default(false).describe("Needed where columns are dropped"),
});
const reason = z.string().trim().max(500).default("");

/** The columns of datasets and what they have to keep to. */
export const datasetSchemaRoutes = {
  "datasets.schema": route({
    method: "GET",
    path: "/datasets/{dataset}/schema",
    tag: TAG,
    summary: "Show the columns of a dataset and their rules",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: z.strictObject({
      version: z.string().min(1).max(200).optional().describe("A version of the data: number, name or instant; the newest when absent"),
    }),
    responses: { 200: datasetSchema },
    errors: ["dataset.not_found", "dataset.not_ready", "dataset.version_not_found"],
    versioned: true,
  }),
  "datasets.schemaHistory": route({
    method: "GET",
    path: "/datasets/{dataset}/schema/history",
    tag: TAG,
    summary: "List how the columns changed, newest first",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: pageQuery,
    responses: { 200: page(historyEntry) },
    errors: ["dataset.not_found"],
  }),
  "datasets.changeSchema": route({
    method: "PATCH",
    path: "/datasets/{dataset}/schema",
    tag: TAG,
    summary: "Change columns and their rules, all at once",
    description:
      "For owners of the dataset. Required, unique and allowed values and keys are checked against the newest rows first, and kept to by every later load: rows that " +
      "break one are rejected with the reason. The changes make a new version of the data.",
    access: "dataset:update",
    params: datasetParams,
    query: changeQuery,
    body: z.strictObject({ changes: z.array(edit).min(1).max(1_000), reason }),
    responses: { 200: changed },
    errors: CHANGE_ERRORS,
    versioned: true,
  }),
  "datasets.schemaDocument": route({
    method: "GET",
    path: "/datasets/{dataset}/schema/document",
    tag: TAG,
    summary: "Take the columns out as a JSON document that can be edited and sent back",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    responses: { 200: schemaDocument },
    errors: ["dataset.not_found", "dataset.not_ready"],
    versioned: true,
  }),
  "datasets.applySchemaDocument": route({
    method: "PUT",
    path: "/datasets/{dataset}/schema/document",
    tag: TAG,
    summary: "Make the columns as a document says",
    description:
      "What differs is changed, as by the route above; columns are found by id, then by name, and those the document does not have are dropped. `?dryRun=true` shows the changes first.",
    access: "dataset:update",
    params: datasetParams,
    query: changeQuery.extend({ reason }),
    body: schemaDocument,
    responses: { 200: changed },
    errors: CHANGE_ERRORS,
    versioned: true,
  }),
} as const;
