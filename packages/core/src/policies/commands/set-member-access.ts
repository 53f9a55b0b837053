import type { Id } from "@granary/kernel";
import { type Mask, type MemberDatasetAccess, type MemberMasking, maskText, parseMask, type PolicyFields, type PolicyTarget, problem } from "@granary/protocol";
import { checkMask } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { findPerson } from "../../people/index.ts";
import { columnKey, labelsOf } from "../labels.ts";
import { type NamedDataset, requireDatasets } from "../queries/find-things.ts";
import { holdPolicies, listPoliciesOf } from "../store.ts";
import { addPolicy, fieldsOf, removePolicy } from "./save-policy.ts";

interface Member {
  readonly id: string;
  readonly email: string;
}

async function requireMember(ctx: Ctx, asked: string): Promise<Member> {
  const person = await findPerson(ctx, asked);
  if (person === undefined) throw problem("user.not_found");
  return person;
}

const originOf = { allow: (id: string) => `member_allow:${id}`, deny: (id: string) => `member_deny:${id}`, mask: (id: string) => `member_mask:${id}` } as const;

const settingOf = (member: Member, fields: Pick<PolicyFields, "name" | "effect" | "targets"> & Partial<PolicyFields>): PolicyFields => ({
  description: "",
  enabled: true,
  subjects: [{ kind: "user", id: member.id as Id<"user"> }],
  except: [],
  level: null,
  mask: null,
  filter: null,
  conditions: {},
  ...fields,
});

/** Puts policies in the place of those that stand for a setting, as far as they differ. */
export async function replaceSetting(ctx: TxCtx, origin: string, wanted: readonly PolicyFields[]): Promise<void> {
  const said = ({ effect, subjects, except, targets, level, mask }: PolicyFields): string => JSON.stringify([effect, subjects, except, targets, level, mask]);
  const kept = new Set<string>();
  for (const row of await listPoliciesOf(ctx.db, origin)) {
    const own = said(fieldsOf(row));
    if (row.enabled && wanted.some((fields) => said(fields) === own)) kept.add(own);
    else await removePolicy(ctx, row);
  }
  for (const fields of wanted) if (!kept.has(said(fields))) await addPolicy(ctx, fields, origin);
}

const datasetTargets = (datasets: readonly NamedDataset[]): PolicyTarget[] =>
  [...new Set(datasets.map(({ id }) => id))].toSorted().map((id) => ({ kind: "dataset", id: id as Id<"dataset"> }));

/** The datasets a member is let into and kept out of by name. */
export async function getMemberDatasets(ctx: Ctx, asked: string): Promise<MemberDatasetAccess> {
  const member = await requireMember(ctx, asked);
  const listed = async (origin: string) => {
    const rows = await listPoliciesOf(ctx.db, origin);
    const labels = await labelsOf(ctx, rows);
    const ids = rows.flatMap(({ targets }) => targets.flatMap((target) => (target.kind === "dataset" ? target.id : [])));
    return { level: rows[0]?.level ?? ("viewer" as const), datasets: ids.flatMap((id) => (labels[id] === undefined ? [] : [{ id, name: labels[id] }])) };
  };
  const allow = await listed(originOf.allow(member.id));
  return { allow: allow.datasets, deny: (await listed(originOf.deny(member.id))).datasets, level: allow.level };
}

/** Sets the datasets a member is let into and kept out of by name: two policies that say nothing else. */
export async function setMemberDatasets(
  ctx: Ctx,
  asked: string,
  lists: { readonly allow: readonly string[]; readonly deny: readonly string[]; readonly level: "viewer" | "contributor" },
): Promise<MemberDatasetAccess> {
  const member = await requireMember(ctx, asked);
  const [allow, deny] = [await requireDatasets(ctx, lists.allow, "body.allow"), await requireDatasets(ctx, lists.deny, "body.deny")];
  const both = allow.find(({ id }) => deny.some((other) => other.id === id));
  if (both !== undefined) throw problem("policy.contradicts", { name: `of ${member.email}`, reason: `it allows and denies ${both.name}` });
  await ctx.tx(async (ctx) => {
    await holdPolicies(ctx);
    const allowed = settingOf(member, { name: `Datasets allowed to ${member.email}`, effect: "allow", level: lists.level, targets: datasetTargets(allow) });
    const denied = settingOf(member, { name: `Datasets denied to ${member.email}`, effect: "deny", targets: datasetTargets(deny) });
    await replaceSetting(ctx, originOf.allow(member.id), allow.length === 0 ? [] : [allowed]);
    await replaceSetting(ctx, originOf.deny(member.id), deny.length === 0 ? [] : [denied]);
  });
  return getMemberDatasets(ctx, member.id);
}

/** The masks that are set for one member. */
export async function getMemberMasking(ctx: Ctx, asked: string): Promise<MemberMasking> {
  const member = await requireMember(ctx, asked);
  const rows = await listPoliciesOf(ctx.db, originOf.mask(member.id));
  const labels = await labelsOf(ctx, rows);
  const masks = rows.flatMap(({ targets, mask }) =>
    targets.flatMap((target) => {
      if (target.kind !== "column" || mask === null) return [];
      const [name, column] = [labels[target.datasetId], labels[columnKey(target.datasetId, target.fieldId)]];
      return name === undefined || column === undefined ? [] : [{ dataset: { id: target.datasetId, name }, column, mask: maskText(mask) }];
    }),
  );
  return { masks };
}

function targetOf(dataset: NamedDataset, name: string, path: string): PolicyTarget {
  const found = dataset.columns.find((column) => column.name === name);
  if (found === undefined) throw problem("request.invalid", {}, { issues: [{ path, message: `${dataset.name} has no column ${name}` }] });
  return { kind: "column", datasetId: dataset.id as Id<"dataset">, fieldId: found.fieldId };
}

/** Sets the masks of one member, in place of all that were set for them: one policy for each mask. */
export async function setMemberMasking(
  ctx: Ctx,
  asked: string,
  wanted: readonly { readonly dataset: string; readonly column: string; readonly mask: Mask }[],
): Promise<MemberMasking> {
  const member = await requireMember(ctx, asked);
  const datasets = await requireDatasets(
    ctx,
    wanted.map(({ dataset }) => dataset),
    "body.masks",
  );
  const byMask = new Map<string, PolicyTarget[]>();
  for (const [index, { column, mask }] of wanted.entries()) {
    await checkMask(ctx.services.engine, mask, ctx.signal);
    const dataset = datasets[index];
    if (dataset === undefined) continue;
    byMask.set(maskText(mask), [...(byMask.get(maskText(mask)) ?? []), targetOf(dataset, column, `body.masks.${index}.column`)]);
  }
  const policies = [...byMask].map(([text, targets]) =>
    settingOf(member, { name: `Masked for ${member.email}: ${text}`.slice(0, 110), effect: "mask", mask: parseMask(text), targets }),
  );
  await ctx.tx(async (ctx) => {
    await holdPolicies(ctx);
    await replaceSetting(ctx, originOf.mask(member.id), policies);
  });
  return getMemberMasking(ctx, member.id);
}
