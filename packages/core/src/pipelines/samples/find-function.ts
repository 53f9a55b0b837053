import { problem, type TransformationDefinition } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx } from "../../context/index.ts";

/** A JavaScript function of the library, at a version or the newest. Throws `transformation.not_found`. */
export async function findFunction(
  ctx: Ctx,
  idOrName: string,
  version?: number,
): Promise<{ readonly name: string; readonly definition: TransformationDefinition }> {
  const row = await ctx.db
    .selectFrom("transformations as t")
    .innerJoin("transformation_versions as v", "v.transformation_id", "t.id")
    .select(["t.name", sql<TransformationDefinition>`v.definition`.as("definition")])
    .where("t.workspace_id", "=", ctx.workspaceId)
    .where((eb) => eb.or([eb("t.id", "=", idOrName), eb("t.name", "=", idOrName)]))
    .where("t.language", "=", "javascript")
    .where((eb) => (version === undefined ? eb("v.number", "=", eb.ref("t.version_number")) : eb("v.number", "=", version)))
    .executeTakeFirst();
  if (row === undefined) throw problem("transformation.not_found");
  return row;
}
