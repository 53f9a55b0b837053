import type { Id } from "@granary/kernel";
import type { Transformation } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Ctx, TxCtx } from "../context/index.ts";
import type { TransformationRow } from "./store.ts";

export function presentTransformation({ principal }: Ctx | TxCtx, row: TransformationRow): Transformation {
  const { definition, name } = row;
  const given = definition.arguments.map((argument) => `${argument.name} ${argument.type}`).join(", ");
  return {
    id: row.id as Id<"transformation">,
    name,
    title: row.title,
    category: row.category,
    description: row.description,
    language: row.language,
    owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner_name ?? "" },
    documentVersion: row.version_number,
    signature: `${name}(${given}) → ${definition.returns}`,
    pipelineCount: row.pipeline_count,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    version: row.version,
    definition,
    can: { update: mayDo(principal, "pipeline:update"), delete: mayDo(principal, "pipeline:delete") },
  };
}
