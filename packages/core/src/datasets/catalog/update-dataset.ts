import { isUniqueViolation } from "@granary/db";
import { type Dataset, type DatasetChange, problem } from "@granary/protocol";
import { atLeast, authorize } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { findPerson } from "../../people/index.ts";
import { notify } from "../../notifications/index.ts";
import { presentDataset } from "../present.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import type { DatasetRow } from "../seen-datasets.ts";
import { holdDataset } from "../store.ts";
import { writeWords } from "./write-words.ts";

const DESCRIBING = ["name", "description", "tags", "properties", "frequency", "visibility"] as const;
type Describing = (typeof DESCRIBING)[number];

/** Who may know of a dataset, and whose it is, are for its owners to say. */
function requireAuthority(ctx: TxCtx, row: DatasetRow, change: DatasetChange): void {
  const isForOwners = (change.visibility !== undefined && change.visibility !== row.visibility) || change.owner !== undefined;
  if (!isForOwners) return;
  if (!atLeast(row.decision.level, "owner")) throw problem("access.denied", { permission: "owner of the dataset" });
  authorize(ctx.principal, "dataset:share");
}

interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

function differences(row: DatasetRow, change: DatasetChange): Difference[] {
  return DESCRIBING.flatMap((field: Describing) => {
    const [before, after] = [field === "properties" ? row.own_properties : row[field], change[field]];
    return after === undefined || JSON.stringify(before) === JSON.stringify(after) ? [] : [{ field, before, after }];
  });
}

async function writeDifferences(ctx: TxCtx, row: DatasetRow, changes: readonly Difference[]): Promise<void> {
  const values = Object.fromEntries(changes.map(({ field, after }) => [field, field === "properties" ? JSON.stringify(after) : after]));
  await ctx.db.updateTable("datasets").set(values).where("id", "=", row.id).execute();
  // Everyone can have more than to read only where everyone may read.
  if (changes.some(({ field, after }) => field === "visibility" && after !== "workspace"))
    await ctx.db.deleteFrom("dataset_grants").where("dataset_id", "=", row.id).where("grantee_kind", "=", "everyone").execute();
  if (changes.some(({ field }) => field === "name" || field === "description" || field === "tags")) await writeWords(ctx, row.id);
  await ctx.record({ type: "dataset.updated", subject: { id: row.id, label: row.name }, data: { changes } });
}

interface NewOwner {
  readonly id: string;
  readonly name: string;
}

/** Gives the dataset to somebody else; whoever had it keeps contributing, so that nothing of theirs stops. */
async function changeOwner(ctx: TxCtx, row: DatasetRow, owner: NewOwner): Promise<void> {
  await ctx.db.updateTable("datasets").set({ owner_id: owner.id }).where("id", "=", row.id).execute();
  await ctx.db.deleteFrom("dataset_grants").where("dataset_id", "=", row.id).where("grantee_kind", "=", "user").where("grantee_id", "=", owner.id).execute();
  if (row.owner_id !== null)
    await ctx.db
      .insertInto("dataset_grants")
      .values({ workspace_id: ctx.workspaceId, dataset_id: row.id, grantee_kind: "user", grantee_id: row.owner_id, level: "contributor" })
      .onConflict((conflict) => conflict.columns(["dataset_id", "grantee_kind", "grantee_id"]).doUpdateSet({ level: "contributor", expires_at: null }))
      .execute();
  const changes = [{ field: "owner", before: row.owner_name, after: owner.name }];
  await ctx.record({ type: "dataset.owner_changed", subject: { id: row.id, label: row.name }, data: { changes, from: row.owner_id, to: owner.id } });
  if (owner.id === ctx.principal.userId) return;
  const title = `${ctx.principal.name} made you the owner of ${row.name}`;
  await notify(ctx, { to: { userIds: [owner.id] }, kind: "dataset.owner_changed", title, link: `/datasets/${row.id}` });
}

async function newOwnerOf(ctx: Ctx, change: DatasetChange): Promise<NewOwner | undefined> {
  if (change.owner === undefined) return undefined;
  const person = await findPerson(ctx, change.owner);
  if (person === undefined || person.status !== "active") throw problem("user.not_found");
  return { id: person.id, name: person.name };
}

async function update(ctx: TxCtx, idOrName: string, version: number, change: DatasetChange & { readonly newOwner: NewOwner | undefined }): Promise<Dataset> {
  const { id } = await requireDataset(ctx, idOrName, "contributor");
  await holdDataset(ctx.db, id);
  const row = await requireDataset(ctx, id, "contributor");
  requireAuthority(ctx, row, change);
  if (row.version !== version) throw problem("edit.conflict", { current: presentDataset(ctx, row) });
  const changes = differences(row, change);
  const { newOwner } = change;
  const isGiven = newOwner !== undefined && newOwner.id !== row.owner_id;
  if (changes.length > 0) await writeDifferences(ctx, row, changes);
  if (isGiven) await changeOwner(ctx, row, newOwner);
  if (changes.length > 0 || isGiven)
    await ctx.db
      .updateTable("datasets")
      .set((eb) => ({ version: eb("version", "+", 1), updated_at: ctx.now }))
      .where("id", "=", id)
      .execute();
  return presentDataset(ctx, await requireDataset(ctx, id));
}

/** Changes what is said about a dataset, who may know of it or its owner, if it is still at the version the caller read. */
export async function updateDataset(ctx: Ctx, idOrName: string, version: number, change: DatasetChange): Promise<Dataset> {
  await requireDataset(ctx, idOrName, "contributor");
  const newOwner = await newOwnerOf(ctx, change);
  try {
    return await ctx.tx((ctx) => update(ctx, idOrName, version, { ...change, newOwner }));
  } catch (error) {
    if (isUniqueViolation(error, "datasets_name_key")) throw problem("dataset.name_taken", { name: change.name }, { cause: error });
    throw error;
  }
}
