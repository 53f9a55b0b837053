import { z } from "zod";
import { route } from "../route.ts";
import { id, page, pageQuery } from "../schemas.ts";
import { datasetParams, loading } from "./datasets.ts";
import { ARRIVAL_ERRORS } from "./uploads.ts";

const TAG = "Datasets";

const params = datasetParams.extend({ batch: id("batch") });

const fields = z.array(z.string().nullable());

const reject = z
  .object({
    /** Its place among the rejected records of the load, from 1. */
    number: z.number().int(),
    /** The line of the file it begins on. */
    line: z.number().int(),
    reason: z.string(),
    raw: z.string(),
    /** Its values in the order they stand in, where they could be told apart. */
    fields: fields.nullable(),
    /** `resubmitted`: a load was made of it as it was repaired. */
    status: z.enum(["open", "repaired", "resubmitted"]),
    /** As it was corrected: its values in the order of `columns`, or the text of a JSON object. */
    repaired: z.object({ fields: fields.nullable(), raw: z.string().nullable() }).nullable(),
    resubmittedIn: id("batch").nullable(),
    version: z.number().int(),
  })
  .meta({ id: "Reject" });

export type Reject = z.infer<typeof reject>;

const MAX_CHARS = 64 * 1024;
const cell = z.string().max(MAX_CHARS);

const repair = z.union([
  z.strictObject({
    values: z.record(z.string(), cell.nullable()).meta({ description: "By the file's columns; those left out stay as they are." }),
  }),
  z.strictObject({ raw: cell.min(1).meta({ description: "The whole record, written as its file is." }) }),
]);

export type RejectRepair = z.infer<typeof repair>;

/** Records of a file that were not loaded: looked at, corrected, loaded after all. */
export const datasetRejectRoutes = {
  "datasets.rejects": route({
    method: "GET",
    path: "/datasets/{dataset}/batches/{batch}/rejects",
    tag: TAG,
    summary: "List records of a file that were not loaded, with line and reason",
    access: "dataset:update",
    params,
    query: pageQuery,
    responses: {
      200: page(reject).extend({
        /** The file's columns. */
        columns: z.array(z.string()),
        /** How records are written. */
        format: z.enum(["delimited", "json"]),
        /** How many of the kept ones are in each state. */
        counts: z.object({ open: z.number().int(), repaired: z.number().int(), resubmitted: z.number().int() }),
      }),
    },
    errors: ["dataset.not_found", "batch.not_found"],
  }),
  "datasets.repairReject": route({
    method: "PATCH",
    path: "/datasets/{dataset}/batches/{batch}/rejects/{number}",
    tag: TAG,
    summary: "Correct a rejected record",
    description: "Nothing is loaded yet: `POST .../rejects/resubmit` loads the corrected records of a load.",
    access: "dataset:update",
    params: params.extend({ number: z.coerce.number().int().min(1) }),
    body: repair,
    responses: { 200: reject },
    errors: ["dataset.not_found", "batch.not_found", "reject.not_found", "reject.resubmitted"],
    versioned: true,
  }),
  "datasets.resubmitRejects": route({
    method: "POST",
    path: "/datasets/{dataset}/batches/{batch}/rejects/resubmit",
    tag: TAG,
    summary: "Load the corrected records of a load, as a load of their own",
    description: "They are appended with the types the dataset has; what does not fit is rejected again, in the new load.",
    access: "dataset:update",
    params,
    query: z.strictObject({ wait: z.stringbool().default(false) }),
    responses: { 202: loading, 201: loading },
    errors: ["dataset.not_found", "batch.not_found", "batch.nothing_repaired", ...ARRIVAL_ERRORS, "storage.full"],
  }),
} as const;
