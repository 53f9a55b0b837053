import type { Writer } from "@granary/db";
import type { PipelineDocument, PipelineNode } from "@granary/protocol";
import { sql } from "kysely";
import type { TxCtx } from "../../context/index.ts";
import { listDatasetRows } from "../../datasets/index.ts";

export type UseKind = "connection" | "reads_dataset" | "writes_dataset" | "pipeline" | "transformation";

/** What a place in a document refers to, by the id or name that is written there. */
export interface Reference {
  readonly node: string;
  readonly kind: UseKind;
  readonly target: string;
}

function referencesOfNode(node: PipelineNode): readonly Reference[] {
  const of = (kind: UseKind, target: string): readonly Reference[] => [{ node: node.id, kind, target }];
  switch (node.kind) {
    case "source_stream":
    case "to_connection":
      return of("connection", node.settings.connection);
    case "source_dataset":
      return of("reads_dataset", node.settings.dataset);
    case "to_dataset":
    case "to_change":
      return of("writes_dataset", node.settings.dataset);
    case "function":
      return of("transformation", node.settings.function);
    default:
      return [];
  }
}

/** Everything a document refers to. Triggers stand for nodes of their name with `@` before it. */
export function referencesOf(document: PipelineDocument): readonly Reference[] {
  const ofTriggers = document.triggers.flatMap((trigger): readonly Reference[] => {
    const node = `@${trigger.id}`;
    if (trigger.kind === "dataset") return trigger.datasets.map((target) => ({ node, kind: "reads_dataset", target }));
    if (trigger.kind === "pipeline") return trigger.pipelines.map((target) => ({ node, kind: "pipeline", target }));
    return [];
  });
  return [...document.nodes.flatMap(referencesOfNode), ...ofTriggers].filter(({ target }) => target !== "");
}

/** Ids by kind and by the id or lower-case name that was written. */
export type ResolvedTargets = ReadonlyMap<string, string>;

export const targetKey = (kind: UseKind, target: string): string =>
  `${kind === "reads_dataset" || kind === "writes_dataset" ? "dataset" : kind} ${target.toLowerCase()}`;

async function idsOf(ctx: TxCtx, table: "connections" | "pipelines" | "transformations", names: readonly string[]) {
  const lower = names.map((name) => name.toLowerCase());
  const { rows } = await sql<{ readonly id: string; readonly name: string }>`
    select id, name from ${sql.table(table)}
    where workspace_id = ${ctx.workspaceId} and (id = any (${[...names]}::text[]) or lower(name) = any (${lower}::text[]))
      ${table === "pipelines" ? sql`and trashed_at is null` : sql``}`.execute(ctx.db);
  return rows;
}

/** Only datasets the saver may see are found: others' names stay names. */
async function datasetsOf(ctx: TxCtx, names: readonly string[]) {
  const lower = names.map((name) => name.toLowerCase());
  const rows = await (ctx.db as Writer)
    .selectFrom("datasets")
    .select("id")
    .where("workspace_id", "=", ctx.workspaceId)
    .where("trashed_at", "is", null)
    .where((eb) => eb.or([eb("id", "in", [...names]), eb(eb.fn<string>("lower", ["name"]), "in", lower)]))
    .execute();
  return listDatasetRows(
    ctx,
    rows.map(({ id }) => id),
  );
}

const TABLES = { connection: "connections", pipeline: "pipelines", transformation: "transformations" } as const;

/** The ids behind what a document refers to, as the saver may know them. */
export async function resolveTargets(ctx: TxCtx, references: readonly Reference[]): Promise<ResolvedTargets> {
  const found = new Map<string, string>();
  const note = (kind: UseKind, rows: readonly { readonly id: string; readonly name: string }[]) => {
    for (const { id, name } of rows) found.set(targetKey(kind, name), id);
    for (const { id } of rows) found.set(targetKey(kind, id), id);
  };
  for (const [kind, table] of Object.entries(TABLES) as [keyof typeof TABLES, (typeof TABLES)[keyof typeof TABLES]][]) {
    const names = references.filter((reference) => reference.kind === kind).map(({ target }) => target);
    if (names.length > 0) note(kind, await idsOf(ctx, table, names));
  }
  const datasets = references.filter(({ kind }) => kind === "reads_dataset" || kind === "writes_dataset").map(({ target }) => target);
  if (datasets.length > 0) note("reads_dataset", await datasetsOf(ctx, datasets));
  return found;
}

/** Writes what the newest version of a pipeline uses in place of what was written before. */
export async function replaceUses(ctx: TxCtx, pipelineId: string, references: readonly Reference[], targets: ResolvedTargets): Promise<void> {
  await ctx.db.deleteFrom("pipeline_uses").where("pipeline_id", "=", pipelineId).execute();
  const rows = references.map(({ node, kind, target }) => ({
    workspace_id: ctx.workspaceId,
    pipeline_id: pipelineId,
    node,
    kind,
    target: targets.get(targetKey(kind, target)) ?? target,
  }));
  if (rows.length === 0) return;
  await ctx.db
    .insertInto("pipeline_uses")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
