import { isUniqueViolation } from "@granary/db";
import { canonicalJson } from "@granary/graph";
import { newId } from "@granary/kernel";
import { problem, type Transformation, type TransformationDefinition } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../context/index.ts";
import { checkDefinition, requireOwnName } from "./check-definition.ts";
import { presentTransformation } from "./present.ts";
import { requireTransformation } from "./read-transformations.ts";
import { listUsers } from "./store.ts";

const SHOWN_USERS = 5;

async function insertVersion(
  ctx: TxCtx,
  id: string,
  version: { readonly number: number; readonly definition: TransformationDefinition; readonly note: string },
): Promise<void> {
  const { number, definition, note } = version;
  await ctx.db
    .insertInto("transformation_versions")
    .values({
      workspace_id: ctx.workspaceId,
      transformation_id: id,
      number,
      definition: JSON.stringify(definition),
      author_id: ctx.principal.userId,
      note,
      created_at: ctx.now,
    })
    .execute();
}

export interface NewTransformation {
  readonly name: string;
  readonly title: string;
  readonly category: string;
  readonly description: string;
  readonly language: "sql" | "javascript";
  readonly definition: TransformationDefinition;
}

/** Creates a function that pipelines of the workspace can use. */
export async function createTransformation(ctx: Ctx, { definition, ...fields }: NewTransformation): Promise<Transformation> {
  requireOwnName(fields.name);
  await checkDefinition(ctx, fields.language, definition);
  try {
    return await ctx.tx(async (ctx) => {
      const id = newId("transformation", ctx.now.getTime());
      const row = { ...fields, id, workspace_id: ctx.workspaceId, owner_id: requireUser(ctx.principal), created_at: ctx.now, updated_at: ctx.now };
      await ctx.db.insertInto("transformations").values(row).execute();
      await insertVersion(ctx, id, { number: 1, definition, note: "" });
      await ctx.record({ type: "transformation.created", subject: { id, label: fields.name }, data: { language: fields.language } });
      return presentTransformation(ctx, await requireTransformation(ctx, id));
    });
  } catch (error) {
    if (isUniqueViolation(error, "transformations_workspace_id_name_key")) throw problem("transformation.name_taken", { name: fields.name }, { cause: error });
    throw error;
  }
}

export interface TransformationChange {
  readonly title?: string | undefined;
  readonly category?: string | undefined;
  readonly description?: string | undefined;
  readonly definition?: TransformationDefinition | undefined;
  readonly note: string;
}

/** Changes a function, if it is still at the version the caller read. Another definition is another version. */
export async function updateTransformation(ctx: Ctx, idOrName: string, version: number, change: TransformationChange): Promise<Transformation> {
  const { definition, note, title, category, description } = change;
  const found = await requireTransformation(ctx, idOrName);
  if (definition !== undefined) await checkDefinition(ctx, found.language, definition);
  return ctx.tx(async (ctx) => {
    await ctx.db.selectFrom("transformations").select("id").where("id", "=", found.id).forUpdate().execute();
    const before = await requireTransformation(ctx, found.id);
    if (before.version !== version) throw problem("edit.conflict", { current: presentTransformation(ctx, before) });
    const isNew = definition !== undefined && canonicalJson(definition) !== canonicalJson(before.definition);
    const number = before.version_number + (isNew ? 1 : 0);
    if (isNew) await insertVersion(ctx, before.id, { number, definition, note });
    await ctx.db
      .updateTable("transformations")
      .set({
        title: title ?? before.title,
        category: category ?? before.category,
        description: description ?? before.description,
        version_number: number,
        version: before.version + 1,
        updated_at: ctx.now,
      })
      .where("id", "=", before.id)
      .execute();
    await ctx.record({ type: "transformation.updated", subject: { id: before.id, label: before.name }, data: { version: number, note } });
    return presentTransformation(ctx, await requireTransformation(ctx, before.id));
  });
}

/** Deletes a function that no pipeline uses. */
export async function deleteTransformation(ctx: Ctx, idOrName: string): Promise<undefined> {
  return ctx.tx(async (ctx) => {
    const { id, name } = await requireTransformation(ctx, idOrName);
    const users = await listUsers(ctx.db, id, SHOWN_USERS);
    if (users.length > 0) throw problem("transformation.in_use", { pipelines: users.join(", ") });
    await ctx.db.deleteFrom("transformations").where("id", "=", id).execute();
    await ctx.record({ type: "transformation.deleted", subject: { id, label: name } });
    return undefined;
  });
}
