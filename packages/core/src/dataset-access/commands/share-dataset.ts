import { type AccessLevel, type DatasetPermission, problem } from "@granary/protocol";
import { authorize } from "../../access/index.ts";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { type DatasetRow, holdDataset, requireDataset } from "../../datasets/index.ts";
import { notify } from "../../notifications/index.ts";
import { findPerson } from "../../people/index.ts";
import { presentGrant } from "../present.ts";
import { deleteGrant, EVERYONE, findGrantRow, type Grantee, type GrantRow, hasOtherOwner, upsertGrant } from "../store.ts";

/** Whom to share with, as the caller says it. */
export type GranteeInput = { readonly email: string } | { readonly groupId: string } | { readonly everyone: true };

/** Holds a dataset that the caller may share and reads it as it is then. */
export async function holdForSharing(ctx: TxCtx, idOrName: string): Promise<DatasetRow> {
  authorize(ctx.principal, "dataset:share");
  const { id } = await requireDataset(ctx, idOrName, "owner");
  await holdDataset(ctx.db, id);
  return requireDataset(ctx, id, "owner");
}

async function granteeOf(ctx: Ctx, input: GranteeInput): Promise<Grantee> {
  if ("everyone" in input) return { kind: "everyone", id: EVERYONE };
  if ("groupId" in input) {
    const group = await ctx.db.selectFrom("groups").select("id").where("id", "=", input.groupId).executeTakeFirst();
    if (group === undefined) throw problem("group.not_found");
    return { kind: "group", id: group.id };
  }
  const person = await findPerson(ctx, input.email);
  if (person === undefined) throw problem("user.not_found");
  return { kind: "user", id: person.id };
}

/** An address may name a grantee by e-mail address. Whoever is not a member has nothing. */
async function granteeIdOf(ctx: Ctx, named: string): Promise<string> {
  if (!named.includes("@")) return named;
  const person = await findPerson(ctx, named);
  if (person === undefined) throw problem("permission.not_found");
  return person.id;
}

/** Refuses to leave a dataset without an owner: its own stays until it is given to another, and so does the last of those made owners when it has none. */
async function refuseLastOwner(ctx: TxCtx, dataset: DatasetRow, row: GrantRow): Promise<void> {
  const isLast = row.level === "owner" && dataset.owner_id === null && !(await hasOtherOwner(ctx.db, dataset.id, row.id));
  if (row.because === "owner" || isLast) throw problem("dataset.last_owner");
}

async function setVisibility(ctx: TxCtx, id: string, visibility: "workspace" | "private"): Promise<void> {
  await ctx.db
    .updateTable("datasets")
    .set({ visibility })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .where("visibility", "<>", visibility)
    .execute();
}

/** What somebody is given. */
export interface Given {
  readonly level: AccessLevel;
  /** When it ends; null for good. */
  readonly expiresAt: Date | null;
}

function requireSensible({ grantee, given, now }: { readonly grantee: Grantee; readonly given: Given; readonly now: Date }): void {
  const { level, expiresAt } = given;
  const refuse = (path: string, message: string): Error => problem("request.invalid", {}, { issues: [{ path: `body.${path}`, message }] });
  if (grantee.kind === "everyone" && level === "owner") throw refuse("level", "everyone cannot be owner");
  if (expiresAt === null) return;
  if (expiresAt <= now) throw refuse("expiresAt", "must be in the future");
  if (level === "owner") throw refuse("expiresAt", "ownership does not end by itself, so that a dataset never stays without an owner");
  if (grantee.kind === "everyone" && level === "viewer") throw refuse("expiresAt", "everyone reads a dataset by its visibility, which does not end by itself");
}

/** Everyone reads a dataset whose visibility says so; only more than that is a grant. */
async function writeGrant(ctx: TxCtx, datasetId: string, grantee: Grantee, { level, expiresAt }: Given): Promise<void> {
  if (grantee.kind === "everyone") await setVisibility(ctx, datasetId, "workspace");
  if (grantee.kind === "everyone" && level === "viewer") return deleteGrant(ctx.db, datasetId, grantee);
  const grantedBy = requireUser(ctx.principal);
  await upsertGrant(ctx.db, { workspaceId: ctx.workspaceId, datasetId, grantee, level, grantedBy, now: ctx.now, expiresAt });
}

const endOf = ({ expires_at }: GrantRow): Date | undefined => (expires_at === null ? undefined : new Date(expires_at));

const isSameGrant = (row: GrantRow, { level, expiresAt }: Given): boolean => row.level === level && endOf(row)?.getTime() === expiresAt?.getTime();

/** Tells a person that something is theirs to read now, unless they did it. */
async function tellGrantee(ctx: TxCtx, dataset: DatasetRow, grantee: Grantee, level: AccessLevel): Promise<void> {
  if (grantee.kind !== "user" || grantee.id === ctx.principal.userId) return;
  const title = `${ctx.principal.name} shared ${dataset.name} with you`;
  const link = `/datasets/${dataset.id}`;
  await notify(ctx, { to: { userIds: [grantee.id] }, kind: "dataset.access_granted", title, body: `You are ${level} of it.`, link });
}

/** Grants in the caller's transaction, with its audit entry; a person who had nothing before is told. */
export async function grant(ctx: TxCtx, dataset: DatasetRow, grantee: Grantee, given: Given): Promise<GrantRow> {
  requireSensible({ grantee, given, now: ctx.now });
  const before = await findGrantRow(ctx.db, dataset.id, grantee.id);
  if (before !== undefined && isSameGrant(before, given)) return before;
  if (before !== undefined) await refuseLastOwner(ctx, dataset, before);
  await writeGrant(ctx, dataset.id, grantee, given);
  const after = await findGrantRow(ctx.db, dataset.id, grantee.id);
  if (after === undefined) throw problem("permission.not_found");
  const data = {
    grantee: grantee.id,
    kind: grantee.kind,
    name: after.name,
    before: before?.level ?? null,
    after: given.level,
    until: given.expiresAt?.toISOString() ?? null,
  };
  const type = before === undefined ? "dataset.access_granted" : "dataset.access_changed";
  await ctx.record({ type, subject: { id: dataset.id, label: dataset.name }, data });
  if (before === undefined) await tellGrantee(ctx, dataset, grantee, given.level);
  return after;
}

/** Gives a person, a group or everyone access to a dataset, or another level of it. */
export async function shareDataset(ctx: Ctx, dataset: string, input: GranteeInput, given: Given): Promise<DatasetPermission> {
  await requireDataset(ctx, dataset, "owner");
  const grantee = await granteeOf(ctx, input);
  return ctx.tx(async (ctx) => presentGrant(await grant(ctx, await holdForSharing(ctx, dataset), grantee, given), true));
}

/** Changes the level of somebody who has access already, or when it ends; what is undefined stays. */
export async function changeGrant(
  ctx: Ctx,
  dataset: string,
  named: string,
  change: { readonly level?: AccessLevel | undefined; readonly expiresAt?: Date | null | undefined },
): Promise<DatasetPermission> {
  await requireDataset(ctx, dataset, "owner");
  const granteeId = await granteeIdOf(ctx, named);
  return ctx.tx(async (ctx) => {
    const held = await holdForSharing(ctx, dataset);
    const row = await findGrantRow(ctx.db, held.id, granteeId);
    if (row === undefined) throw problem("permission.not_found");
    const { level = row.level, expiresAt = endOf(row) ?? null } = change;
    return presentGrant(await grant(ctx, held, { kind: row.kind, id: row.id } as Grantee, { level, expiresAt }), true);
  });
}

/** Takes access away. For everyone that makes the dataset private. */
export async function revokeGrant(ctx: Ctx, dataset: string, named: string): Promise<void> {
  await requireDataset(ctx, dataset, "owner");
  const granteeId = await granteeIdOf(ctx, named);
  return ctx.tx(async (ctx) => {
    const held = await holdForSharing(ctx, dataset);
    const row = await findGrantRow(ctx.db, held.id, granteeId);
    if (row === undefined) throw problem("permission.not_found");
    await refuseLastOwner(ctx, held, row);
    await deleteGrant(ctx.db, held.id, { kind: row.kind, id: row.id } as Grantee);
    if (row.kind === "everyone") await setVisibility(ctx, held.id, "private");
    const data = { grantee: row.id, kind: row.kind, name: row.name, before: row.level, after: null };
    await ctx.record({ type: "dataset.access_revoked", subject: { id: held.id, label: held.name }, data });
  });
}
