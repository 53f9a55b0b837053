import { ENTITIES, type Entity, parseMask, type PersonalDataFinding, problem, tagOfEntity } from "@granary/protocol";
import { authorize } from "../../access/index.ts";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { holdDataset, requireDataset } from "../../datasets/index.ts";
import { addPolicy, holdPolicies } from "../../policies/index.ts";
import { isSeen } from "../on-dataset.ts";
import { isKnownEntity, presentFinding } from "../present.ts";
import { type Decision, decideFindingRow, findFindingRow, type FindingRow, tagColumn, untagColumn } from "../store.ts";

interface Found {
  readonly row: FindingRow;
  readonly entity: Entity;
}

/** A finding about a column that the caller sees. */
async function requireFinding(ctx: TxCtx, idOrName: string, id: string): Promise<Found> {
  const dataset = await requireDataset(ctx, idOrName);
  await holdDataset(ctx.db, dataset.id);
  const row = await findFindingRow(ctx.db, dataset.id, id);
  if (row === undefined || !isKnownEntity(row.entity) || !isSeen(dataset, row.field_id)) throw problem("finding.not_found");
  return { row, entity: row.entity };
}

/** Masks all columns of a tag for everybody without `pii:view`, unless a policy masks them already. */
async function maskTag(ctx: TxCtx, { row, entity }: Found): Promise<void> {
  authorize(ctx.principal, "policy:manage");
  await holdPolicies(ctx);
  const now = await findFindingRow(ctx.db, row.dataset_id, row.id);
  if (now?.is_masked === true) return;
  const { many, mask } = ENTITIES[entity];
  const tag = tagOfEntity(entity);
  await addPolicy(
    ctx,
    {
      name: `Mask ${many}`,
      description: `Columns tagged ${tag} are masked for everybody who may not see personal data.`,
      enabled: true,
      effect: "mask",
      subjects: [{ kind: "everyone" }],
      except: [{ kind: "permission", name: "pii:view" }],
      targets: [{ kind: "column_tag", tag }],
      level: null,
      mask: parseMask(mask),
      filter: null,
      conditions: {},
    },
    `personal-data:${tag}`,
  );
}

async function settle(ctx: TxCtx, { row, entity }: Found, decision: Decision): Promise<void> {
  if (row.state === decision.state) return;
  await decideFindingRow(ctx, row.id, decision);
  const column = { datasetId: row.dataset_id, fieldId: row.field_id, tag: tagOfEntity(entity) };
  if (decision.state === "accepted") await tagColumn(ctx, { ...column, by: decision.by });
  else await untagColumn(ctx.db, column);
  await ctx.record({
    type: decision.state === "accepted" ? "dataset.personal_data_accepted" : "dataset.personal_data_refused",
    subject: { id: row.dataset_id, label: row.dataset_name },
    data: { finding: row.id, fieldId: row.field_id, entity, before: row.state, after: decision.state },
  });
}

async function shown(ctx: TxCtx, { row, entity }: Found): Promise<PersonalDataFinding> {
  const now = await findFindingRow(ctx.db, row.dataset_id, row.id);
  if (now === undefined) throw problem("finding.not_found");
  return presentFinding(ctx.principal, now, entity);
}

/** Classifies a column by a finding, and masks its kind if asked. Accepting again changes nothing. */
export function acceptFinding(ctx: Ctx, dataset: string, id: string, { mask }: { readonly mask: boolean }): Promise<PersonalDataFinding> {
  const by = requireUser(ctx.principal);
  return ctx.tx(async (ctx) => {
    const found = await requireFinding(ctx, dataset, id);
    await settle(ctx, found, { state: "accepted", by });
    if (mask) await maskTag(ctx, found);
    return shown(ctx, found);
  });
}

/** Remembers that a column does not hold this; takes back what was accepted. */
export function refuseFinding(ctx: Ctx, dataset: string, id: string): Promise<PersonalDataFinding> {
  const by = requireUser(ctx.principal);
  return ctx.tx(async (ctx) => {
    const found = await requireFinding(ctx, dataset, id);
    await settle(ctx, found, { state: "refused", by });
    return shown(ctx, found);
  });
}
