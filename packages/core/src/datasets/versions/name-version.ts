import { type DatasetVersion, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import type { DatasetRow } from "../seen-datasets.ts";
import { showVersion } from "./list-versions.ts";
import { type ResolvedVersion, resolveVersion } from "./resolve-version.ts";

interface Named {
  readonly dataset: DatasetRow;
  readonly version: ResolvedVersion;
  readonly tags: readonly { readonly name: string; readonly snapshotId: string }[];
}

async function find(ctx: TxCtx, dataset: string, asked: string): Promise<Named> {
  const row = await requireDataset(ctx, dataset, "contributor");
  const version = await resolveVersion(ctx, row, asked);
  const refs = await ctx.services.lake.refs(ctx.db, { workspaceId: ctx.workspaceId, tableName: row.table_name });
  return { dataset: row, version, tags: refs.filter((ref) => ref.type === "tag") };
}

/** Who has the name, whatever its case: two names that differ in case alone would be mistaken for each other. */
async function holderOf(ctx: TxCtx, { dataset, tags }: Named, name: string) {
  const tag = tags.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  return tag === undefined ? undefined : { tag, version: await resolveVersion(ctx, dataset, tag.name) };
}

async function dropNames(ctx: TxCtx, { dataset, version, tags }: Named): Promise<readonly string[]> {
  const names = tags.filter((tag) => tag.snapshotId === version.snapshotId).map((tag) => tag.name);
  for (const name of names) await ctx.services.lake.dropRef(ctx.db, { workspaceId: ctx.workspaceId, tableName: dataset.table_name }, name);
  return names;
}

async function give(ctx: TxCtx, idOrName: string, asked: string, name: string): Promise<DatasetVersion> {
  const found = await find(ctx, idOrName, asked);
  const { dataset, version } = found;
  const holder = await holderOf(ctx, found, name);
  if (holder !== undefined && holder.tag.snapshotId !== version.snapshotId)
    throw problem("version.name_taken", { name: holder.tag.name, version: holder.version.number });
  if (holder?.tag.name === name) return showVersion(ctx, dataset, version.number);
  const [before = null] = await dropNames(ctx, found);
  const ref = { workspaceId: ctx.workspaceId, tableName: dataset.table_name };
  await ctx.services.lake.setRef(ctx.db, ref, { name, type: "tag", at: { snapshotId: version.snapshotId } });
  const data = { version: version.number, name, before };
  await ctx.record({ type: "dataset.version_named", subject: { id: dataset.id, label: dataset.name }, data });
  return showVersion(ctx, dataset, version.number);
}

async function take(ctx: TxCtx, idOrName: string, asked: string): Promise<DatasetVersion> {
  const found = await find(ctx, idOrName, asked);
  const { dataset, version } = found;
  const names = await dropNames(ctx, found);
  if (names.length === 0) throw problem("version.not_named");
  await ctx.record({ type: "dataset.version_unnamed", subject: { id: dataset.id, label: dataset.name }, data: { version: version.number, names } });
  return showVersion(ctx, dataset, version.number);
}

/** Gives a version a name in place of the one it had; it is kept for good then. Throws `version.name_taken`. */
export function nameVersion(ctx: Ctx, dataset: string, asked: string, name: string): Promise<DatasetVersion> {
  return ctx.tx((ctx) => give(ctx, dataset, asked, name));
}

/** Takes a version's name away. Throws `version.not_named`. */
export function unnameVersion(ctx: Ctx, dataset: string, asked: string): Promise<DatasetVersion> {
  return ctx.tx((ctx) => take(ctx, dataset, asked));
}
