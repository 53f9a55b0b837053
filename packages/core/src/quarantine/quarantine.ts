import type { Id } from "@granary/kernel";
import type { PolicyFields } from "@granary/protocol";
import { requireUser, type TxCtx } from "../context/index.ts";
import { deleteQuarantine, insertQuarantine } from "./store.ts";

interface Quarantined {
  readonly id: Id<"dataset">;
  readonly name: string;
}

const STEWARDS: PolicyFields["subjects"] = [
  { kind: "permission", name: "privacy:manage" },
  { kind: "permission", name: "policy:manage" },
];

const MAX_NAME = 60;

/** A policy's name is its own alone, so the dataset's id is in it. */
function policiesFor({ id, name }: Quarantined, ownerId: Id<"user">): readonly PolicyFields[] {
  const called = `${name.slice(0, MAX_NAME)} (${id})`;
  const shared = {
    description: "New datasets of this workspace are quarantined until they are classified. Release the dataset instead of changing this.",
    enabled: true,
    targets: [{ kind: "dataset", id }] as PolicyFields["targets"],
    mask: null,
    filter: null,
    conditions: {},
  } as const;
  return [
    {
      ...shared,
      name: `Quarantine: ${called}`,
      effect: "deny",
      subjects: [{ kind: "everyone" }],
      except: [{ kind: "user", id: ownerId }, ...STEWARDS],
      level: null,
    },
    { ...shared, name: `Quarantine, for stewards: ${called}`, effect: "allow", subjects: STEWARDS, except: [], level: "viewer" },
  ];
}

/** Quarantines a dataset that is being made, if its workspace wants that of new ones. */
export async function quarantineNewDataset(ctx: TxCtx, dataset: Quarantined): Promise<void> {
  const settings = await ctx.db.selectFrom("personal_data_settings").select("quarantine").executeTakeFirst();
  if (settings?.quarantine !== true) return;
  await insertQuarantine(ctx, dataset.id, policiesFor(dataset, requireUser(ctx.principal)));
  await ctx.record({ type: "dataset.quarantined", subject: { id: dataset.id, label: dataset.name }, data: {} });
}

/** Lets everybody read a dataset to whom it is shared; nothing when it is not in quarantine. */
export async function releaseFromQuarantine(ctx: TxCtx, dataset: { readonly id: string; readonly name: string }): Promise<void> {
  const removed = await deleteQuarantine(ctx.db, dataset.id);
  if (removed > 0) await ctx.record({ type: "dataset.released", subject: { id: dataset.id, label: dataset.name }, data: {} });
}
