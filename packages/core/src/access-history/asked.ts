import { isId } from "@granary/kernel";
import { type AccessLogFilters, problem } from "@granary/protocol";
import { authorize, mayDo } from "../access/index.ts";
import type { Ctx } from "../context/index.ts";
import { listSeenDatasets, requireDataset } from "../datasets/index.ts";
import { findPerson } from "../people/index.ts";
import { type AccessFilter, hasEntries } from "./store.ts";

/** Whoever answers for the workspace's privacy reads the whole log, owners what concerns their datasets. */
const readsAll = (ctx: Ctx): boolean => mayDo(ctx.principal, "activity:read") || mayDo(ctx.principal, "policy:manage");

interface AskedDataset {
  readonly id: string;
  readonly columns: readonly { readonly fieldId: number; readonly name: string }[];
}

/** Also datasets the caller may not open, and those that are gone: their history stays. Of columns only those the caller sees. */
async function findAnyDataset(ctx: Ctx, idOrName: string): Promise<AskedDataset> {
  const row = await ctx.db
    .selectFrom("datasets as d")
    .select("d.id")
    .where((eb) => eb.or([eb("d.id", "=", idOrName), eb(eb.fn<string>("lower", ["d.name"]), "=", idOrName.toLowerCase())]))
    .orderBy((eb) => eb.and([eb("d.id", "=", idOrName)]), "desc")
    .limit(1)
    .executeTakeFirst();
  if (row === undefined && !(await hasEntries(ctx.db, ctx.workspaceId, idOrName))) throw problem("dataset.not_found");
  const id = row?.id ?? idOrName;
  const [seen] = await listSeenDatasets(ctx, [id]);
  const isDenied = seen?.decision.level === "none" && seen.decision.policies.some(({ effect }) => effect === "deny");
  return { id, columns: isDenied ? [] : (seen?.columns ?? []) };
}

/** The dataset whose log the caller asks for, if they may. Not visible is 404, visible but not theirs 403. */
export async function datasetAsked(ctx: Ctx, idOrName: string): Promise<AskedDataset> {
  if (readsAll(ctx)) return findAnyDataset(ctx, idOrName);
  const { id, columns } = await requireDataset(ctx, idOrName, "owner");
  return { id, columns: columns ?? [] };
}

async function personAsked(ctx: Ctx, idOrEmail: string): Promise<string> {
  const person = await findPerson(ctx, idOrEmail);
  const id = person?.id ?? (isId("user", idOrEmail) ? idOrEmail : undefined);
  if (id === undefined) throw problem("user.not_found");
  return id;
}

/** The conditions a request stands for, as far as the caller may ask. */
export async function entriesAsked(ctx: Ctx, query: AccessLogFilters): Promise<AccessFilter> {
  if (query.dataset === undefined && !readsAll(ctx)) authorize(ctx.principal, "activity:read");
  const dataset = query.dataset === undefined ? undefined : await datasetAsked(ctx, query.dataset);
  const { column: name } = query;
  return {
    workspaceId: ctx.workspaceId,
    personId: query.person === undefined ? undefined : await personAsked(ctx, query.person),
    datasetId: dataset?.id,
    column: name === undefined ? undefined : { name, fieldId: dataset?.columns.find((item) => item.name === name)?.fieldId },
    actions: query.action,
    decision: query.decision,
    purpose: query.purpose,
    from: query.from === undefined ? undefined : new Date(query.from),
    to: query.to === undefined ? undefined : new Date(query.to),
  };
}
