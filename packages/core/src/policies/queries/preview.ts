import { maskText, type PolicyEffects } from "@granary/protocol";
import { compilePolicies, datasetLevel, decide, type Decision, type Policy } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import type { StoredColumn } from "../../datasets/index.ts";
import { isDeveloperUnlocked } from "../../settings/index.ts";
import { listMembers, type Member } from "../members.ts";
import { type LookedAt, listLookedAt } from "../looked-at.ts";

/** More pairs of people and datasets take too long to be looked at while somebody waits. */
const MAX_PEOPLE = 200;
const MAX_DATASETS = 60;
const MAX_SHOWN = 100;

type Sight = PolicyEffects["changes"][number]["before"];

function sightOf(decision: Decision, columns: readonly StoredColumn[]): Sight {
  if (decision.level === "none") return { level: "none", hidden: [], masked: [], filtered: false };
  const seen = columns.map((column) => ({ ...decision.column(column.fieldId), name: column.name }));
  return {
    level: decision.level,
    hidden: seen.filter(({ visibility }) => visibility === "hidden").map(({ name }) => name),
    masked: seen.flatMap(({ name, mask }) => (mask === undefined ? [] : [{ column: name, mask: maskText(mask) }])),
    filtered: decision.filters.length > 0,
  };
}

function levelFor({ principal, facts }: Member, dataset: LookedAt): ReturnType<typeof datasetLevel> {
  const granted = dataset.grants.filter(
    ({ kind, id }) => kind === "everyone" || (kind === "user" && id === principal.userId) || (kind === "group" && facts.groups.includes(id)),
  );
  const best = (["owner", "contributor", "viewer"] as const).find((level) => granted.some((grant) => grant.level === level));
  return datasetLevel(principal, { owner_id: dataset.ownerId, visibility: dataset.visibility, granted: best ?? null });
}

const isSame = (left: Sight, right: Sight): boolean => JSON.stringify(left) === JSON.stringify(right);

/** What the policies of before and those of after let each member see of datasets, where that differs; people with whom no purpose is stated. */
export async function previewEffects(ctx: Ctx, before: readonly Policy[], after: readonly Policy[]): Promise<PolicyEffects> {
  const known = new Set(before.map((policy) => JSON.stringify(policy)));
  const kept = new Set(after.map((policy) => JSON.stringify(policy)));
  const changed = [...after.filter((policy) => !known.has(JSON.stringify(policy))), ...before.filter((policy) => !kept.has(JSON.stringify(policy)))];
  if (changed.length === 0) return { changes: [], people: 0, datasets: 0, isComplete: true };
  const people = await listMembers(ctx, { limit: MAX_PEOPLE + 1, developerUnlocked: await isDeveloperUnlocked(ctx) });
  const datasets = await listLookedAt(ctx, changed, MAX_DATASETS + 1);
  const [old, fresh] = [compilePolicies(before), compilePolicies(after)];
  const changes: PolicyEffects["changes"] = [];
  const touched = { people: new Set<string>(), datasets: new Set<string>() };
  for (const dataset of datasets.slice(0, MAX_DATASETS)) {
    for (const member of people.slice(0, MAX_PEOPLE)) {
      const input = { ...member, purpose: null, dataset: { ...dataset, level: levelFor(member, dataset) } };
      const was = sightOf(decide({ ...input, policies: old }), dataset.columns);
      const is = sightOf(decide({ ...input, policies: fresh }), dataset.columns);
      if (isSame(was, is)) continue;
      touched.people.add(member.principal.userId ?? "");
      touched.datasets.add(dataset.id);
      const person = { id: member.principal.userId ?? "", name: member.principal.name };
      if (changes.length < MAX_SHOWN) changes.push({ person, dataset: { id: dataset.id, name: dataset.name }, before: was, after: is });
    }
    ctx.signal.throwIfAborted();
  }
  const isComplete = people.length <= MAX_PEOPLE && datasets.length <= MAX_DATASETS && changes.length < MAX_SHOWN;
  return { changes, people: touched.people.size, datasets: touched.datasets.size, isComplete };
}
