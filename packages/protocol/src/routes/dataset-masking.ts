import { z } from "zod";
import { maskInput } from "../access/masks.ts";
import { route } from "../route.ts";
import { datasetParams } from "./datasets.ts";

const preview = z
  .object({
    column: z.string(),
    /** The mask in its short form: of two that hold, the one asked about or the one that holds already, the stricter. */
    mask: z.string(),
    /** Whether the caller sees the column masked already: then `before` is what they see now. */
    isMasked: z.boolean(),
    samples: z.array(z.object({ before: z.string().nullable(), after: z.string().nullable() })),
  })
  .meta({ id: "MaskPreview" });

export type MaskPreview = z.infer<typeof preview>;

/** What masks would do to the values of a column. */
export const datasetMaskingRoutes = {
  "datasets.previewMask": route({
    method: "POST",
    path: "/datasets/{dataset}/schema/{column}/masking/preview",
    tag: "Policies",
    summary: "Show up to 20 different values of a column before and after a mask, and change nothing",
    description:
      "Nobody sees more than without the mask: where a mask holds for the caller already, `before` is what they see now, and `after` is never weaker.",
    access: "policy:manage",
    params: datasetParams.extend({ column: z.string().min(1).max(500) }),
    body: z.strictObject({ mask: maskInput }),
    responses: { 200: preview },
    errors: ["dataset.not_found", "dataset.not_ready", "dataset.column_not_found", "mask.invalid"],
  }),
} as const;
