import type { SchemaDifference, SchemaDocument, SchemaFault } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireWhole } from "../queries/get-dataset.ts";
import { readData } from "../reading/read-data.ts";
import type { DatasetRow } from "../seen-datasets.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { fromDocument } from "./document.ts";
import { findFaults } from "./find-faults.ts";
import { getSchemaRow, type SchemaRow } from "./schema-state.ts";
import { checkedTarget, type TargetSchema } from "./target-schema.ts";

interface Previewed {
  readonly before: SchemaRow;
  readonly target: TargetSchema;
  readonly changes: SchemaDifference[];
}

/**
 * What a document would change of a schema version, today's unless said. For those who see all of the dataset, as what a document
 * does not name would go. Throws `dataset.not_whole` and `request.invalid`.
 */
export async function previewSchemaDocument(ctx: Ctx, dataset: DatasetRow, document: SchemaDocument, version = dataset.schema_version): Promise<Previewed> {
  requireWhole(dataset, "changing its columns", ["columns", "values", "rows"]);
  const before = await getSchemaRow(ctx.db, dataset.id, version);
  const target = checkedTarget(fromDocument(before, document), "body.proposal.document.columns");
  return { before, target, changes: compareSchemas(before, target) };
}

/** The rows of the newest version that stand against what a document asks. Throws like {@link previewSchemaDocument}. */
export function findDocumentFaults(ctx: Ctx, dataset: DatasetRow, document: SchemaDocument): Promise<SchemaFault[]> {
  return readData(ctx, "schema_check", async (open) => {
    const readable = await open(dataset.id, undefined);
    const { before, target } = await previewSchemaDocument(ctx, readable.dataset, document);
    const faults = await findFaults({ ctx, readable, before }, target);
    const quoted = faults.reduce((sum, fault) => sum + fault.examples.length, 0);
    return { answer: faults, rows: quoted, columns: quoted === 0 ? [] : undefined };
  });
}
