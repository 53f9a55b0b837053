import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { deleteConnectionRow, holdConnection, listUsingPipelines } from "../store.ts";

/** Deletes a connection that no pipeline uses. Throws `connection.in_use` with the names of those that do. */
export function deleteConnection(ctx: Ctx, idOrName: string): Promise<undefined> {
  return ctx.tx(async (ctx) => {
    const row = await holdConnection(ctx.db, idOrName);
    if (row === undefined) throw problem("connection.not_found");
    const pipelines = await listUsingPipelines(ctx.db, row);
    if (pipelines.length > 0) throw problem("connection.in_use", { pipelines: pipelines.join(", ") });
    await deleteConnectionRow(ctx.db, row.id);
    await ctx.record({ type: "connection.deleted", subject: { id: row.id, label: row.name }, data: { kind: row.kind } });
    return undefined;
  });
}
