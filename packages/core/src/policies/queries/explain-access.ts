import type { Id } from "@granary/kernel";
import { type DatasetAccess, maskText, problem } from "@granary/protocol";
import { atLeast, authorize, type Decision, type FilterDecision, mayDo, type Policy } from "../../access/index.ts";
import type { Ctx, Principal } from "../../context/index.ts";
import { applyFilter, columnsNamed, type DatasetRow, findSeenBy, requireDataset, resolveVersion } from "../../datasets/index.ts";
import { findPrincipalOfUser } from "../../identity/index.ts";
import { findPerson } from "../../people/index.ts";
import { filterText } from "../sentence.ts";

type Because = DatasetAccess["because"][number];

const named = ({ id, name }: Policy): { id: Id<"policy">; name: string } => ({ id: id as Id<"policy">, name });

/** What lets a person in, or keeps them out. */
function becauseOf(principal: Principal, row: DatasetRow): Because[] {
  const { level, policies } = row.decision;
  const byPolicy = policies.map(
    (policy): Because => ({ kind: "policy", policy: named(policy), text: policy.effect === "deny" ? "A policy denies it." : "A policy allows it." }),
  );
  if (!mayDo(principal, "dataset:read")) return [{ kind: "permission", policy: null, text: "None of their roles gives the permission dataset:read." }];
  if (level === "none") return byPolicy.length > 0 ? byPolicy : [{ kind: "nothing", policy: null, text: "It is not shared with them." }];
  const found: Because[] = [];
  if (mayDo(principal, "dataset:manage")) found.push({ kind: "administrator", policy: null, text: "Their role acts as owner of every dataset." });
  if (row.owner_id === principal.userId) found.push({ kind: "owner", policy: null, text: "They own it." });
  if (row.granted !== null) found.push({ kind: "grant", policy: null, text: `It is shared with them, or a group of theirs, as ${row.granted}.` });
  if (row.visibility === "workspace") found.push({ kind: "visibility", policy: null, text: "Everyone in the workspace may read it." });
  return [...found, ...byPolicy];
}

interface Told {
  readonly decision: Decision;
  /** Names of the columns whoever asks may know of. */
  readonly known: ReadonlySet<string>;
}

async function explainFilter(ctx: Ctx, row: DatasetRow, { decision, known }: Told, filter: FilterDecision): Promise<DatasetAccess["filters"][number]> {
  const isKnown = columnsNamed(filter.filter).every((name) => known.has(name));
  const text = isKnown ? filterText(filter.filter) : "a condition on columns that are not yours to see";
  const policy = named(filter.policy);
  if (row.data_version === 0 || decision.level === "none") return { policy, text, fault: null };
  const version = await resolveVersion(ctx, row, undefined);
  const table = await ctx.services.lake.open(ctx.db, { workspaceId: ctx.workspaceId, tableName: row.table_name, at: { snapshotId: version.snapshotId } });
  const applied = applyFilter(filter, row.all_columns ?? [], table.columns);
  const isFaulty = "fault" in applied;
  return { policy, text, fault: !isFaulty ? null : isKnown ? applied.fault : "it cannot be applied, so no row is shown" };
}

function explainColumns(row: DatasetRow, { decision, known }: Told): DatasetAccess["columns"] {
  return (row.all_columns ?? []).flatMap(({ fieldId, name }) => {
    if (!known.has(name)) return [];
    const { visibility, mask, policies } = decision.column(fieldId);
    return {
      id: fieldId,
      name,
      visibility,
      mask: mask === undefined ? null : maskText(mask),
      tags: [...(row.column_tags?.[fieldId] ?? [])],
      policies: policies.map(named),
    };
  });
}

/** Whoever manages policies may know of every column; others know of those they see. */
function knownTo(ctx: Ctx, own: DatasetRow): ReadonlySet<string> {
  const columns = mayDo(ctx.principal, "policy:manage") ? own.all_columns : own.columns;
  return new Set((columns ?? []).map(({ name }) => name));
}

async function personAsked(ctx: Ctx, own: DatasetRow, asked: string): Promise<Principal> {
  const person = await findPerson(ctx, asked);
  if (person !== undefined && person.id === ctx.principal.userId) return ctx.principal;
  if (!atLeast(own.decision.level, "owner")) authorize(ctx.principal, "policy:manage");
  const principal = person === undefined ? undefined : await findPrincipalOfUser(ctx.services, person.id as Id<"user">, ctx.workspaceId);
  if (principal === undefined) throw problem("user.not_found");
  return principal;
}

/**
 * What somebody sees of a dataset and why: the caller, or for owners of the dataset and those who manage policies anybody.
 * Nobody learns of columns they do not see themselves, unless they manage policies.
 */
export async function explainAccess(ctx: Ctx, dataset: string, asked: string | undefined): Promise<DatasetAccess> {
  const own = await requireDataset(ctx, dataset);
  const principal = asked === undefined ? ctx.principal : await personAsked(ctx, own, asked);
  const row = principal === ctx.principal ? own : await findSeenBy(ctx, principal, own.id);
  if (row === undefined) throw problem("dataset.not_found");
  const told: Told = { decision: row.decision, known: knownTo(ctx, own) };
  const filters: DatasetAccess["filters"] = [];
  for (const filter of row.decision.filters) filters.push(await explainFilter(ctx, row, told, filter));
  const isNone = row.decision.level === "none" || filters.some(({ fault }) => fault !== null);
  return {
    dataset: { id: row.id as Id<"dataset">, name: row.name },
    person: { id: principal.userId as Id<"user">, name: principal.name },
    level: row.decision.level,
    because: becauseOf(principal, row),
    rows: isNone ? "none" : row.decision.hides.rows ? "some" : "all",
    columns: explainColumns(row, told),
    filters,
  };
}
