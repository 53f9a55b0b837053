import { z } from "zod";
import { route } from "../route.ts";
import { line } from "../schemas.ts";
import { created, datasetParams, LOAD_MODES, loading, tagSet, VISIBILITIES } from "./datasets.ts";
import { at, sqlText, TEXT_ERRORS } from "./sql.ts";
import { ARRIVAL_ERRORS } from "./uploads.ts";

const TAG = "SQL";

const query = z.strictObject({ wait: z.stringbool().default(false).describe("Answer when the rows are stored") });

const DESCRIPTION =
  "All rows of the query are stored as you see them, masked values masked, by a job to follow or cancel like the import of a file; the load tells the query it is made of. " +
  "Needs `sql:run` besides.";

/** Results of queries that become datasets, or versions of them. */
export const sqlDatasetRoutes = {
  "sql.createDataset": route({
    method: "POST",
    path: "/sql/datasets",
    tag: TAG,
    summary: "Make a dataset of the rows of a query",
    description: DESCRIPTION,
    access: "dataset:create",
    query,
    body: z.strictObject({
      sql: sqlText,
      at,
      name: line(100),
      description: z.string().max(10_000).optional(),
      tags: tagSet.optional(),
      visibility: z.enum(VISIBILITIES).optional(),
    }),
    responses: { 202: created, 201: created },
    errors: ["dataset.name_taken", ...TEXT_ERRORS, ...ARRIVAL_ERRORS, "access.denied", "storage.full"],
  }),
  "sql.loadDataset": route({
    method: "POST",
    path: "/sql/datasets/{dataset}/batches",
    tag: TAG,
    summary: "Load the rows of a query into a dataset",
    description: DESCRIPTION,
    access: "dataset:update",
    params: datasetParams,
    query,
    body: z.strictObject({
      sql: sqlText,
      at,
      mode: z.enum(LOAD_MODES).default("append"),
      onNewColumns: z.enum(["refuse", "evolve"]).default("refuse"),
      keys: z
        .array(z.string().min(1))
        .min(1)
        .max(50)
        .optional()
        .meta({ description: "Columns an upsert matches rows by; the dataset's key columns when absent." }),
    }),
    responses: { 202: loading, 201: loading },
    errors: ["dataset.not_found", "batch.no_keys", ...TEXT_ERRORS, ...ARRIVAL_ERRORS, "access.denied", "storage.full"],
  }),
} as const;
