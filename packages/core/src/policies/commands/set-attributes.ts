import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findPerson } from "../../people/index.ts";

type Attributes = Record<string, string>;

async function requireMember(ctx: Ctx, asked: string): Promise<{ readonly id: string; readonly email: string }> {
  const person = await findPerson(ctx, asked);
  if (person === undefined) throw problem("user.not_found");
  return person;
}

async function read(db: Ctx["db"], userId: string): Promise<Attributes> {
  const rows = await db.selectFrom("member_attributes").select(["name", "value"]).where("user_id", "=", userId).orderBy("name").execute();
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** What is known of a member, for policies to look at. */
export async function getAttributes(ctx: Ctx, asked: string): Promise<{ attributes: Attributes }> {
  return { attributes: await read(ctx.db, (await requireMember(ctx, asked)).id) };
}

/** Says what is known of a member, in place of all that was. It holds from their next request on. */
export async function setAttributes(ctx: Ctx, asked: string, attributes: Attributes): Promise<{ attributes: Attributes }> {
  const { id, email } = await requireMember(ctx, asked);
  return ctx.tx(async (ctx) => {
    await ctx.db.selectFrom("memberships").select("user_id").where("user_id", "=", id).forNoKeyUpdate().execute();
    const before = await read(ctx.db, id);
    await ctx.db.deleteFrom("member_attributes").where("user_id", "=", id).execute();
    const rows = Object.entries(attributes).map(([name, value]) => ({ workspace_id: ctx.workspaceId, user_id: id, name, value }));
    if (rows.length > 0) await ctx.db.insertInto("member_attributes").values(rows).execute();
    const after = await read(ctx.db, id);
    if (JSON.stringify(before) !== JSON.stringify(after))
      await ctx.record({ type: "user.attributes_changed", subject: { id, label: email }, data: { before, after } });
    return { attributes: after };
  });
}
