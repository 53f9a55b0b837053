import type { OwnFunction } from "@granary/graph";
import type { TransformationDefinition } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../context/index.ts";

type Db = TxCtx["db"];

interface FunctionRow {
  readonly id: string;
  readonly name: string;
  readonly language: OwnFunction["language"];
  readonly definition: TransformationDefinition;
}

/** Own functions of the workspace, by their names and once more by their ids, which nodes may say instead. */
export async function listOwnFunctions(ctx: Ctx | TxCtx): Promise<readonly OwnFunction[]> {
  const { rows } = await sql<FunctionRow>`
    select t.id, t.name, t.language, v.definition from transformations t
    join transformation_versions v on v.transformation_id = t.id and v.number = t.version_number
    where t.workspace_id = ${ctx.workspaceId}`.execute(ctx.db as Db);
  return rows.flatMap(({ id, name, language, definition: { arguments: given, returns, body } }) =>
    [name, id].map((called) => ({ name: called, arguments: given, returns, language, body })),
  );
}
