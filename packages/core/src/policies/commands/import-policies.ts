import { type ImportedPolicies, type PolicyEffects, type PolicyFields, problem } from "@granary/protocol";
import { sql } from "kysely";
import type { Policy } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { checkPolicy, requireReadingAdministrator } from "../check-policy.ts";
import { labelsOf } from "../labels.ts";
import { findDatasets, type NamedDataset } from "../queries/find-things.ts";
import { previewEffects } from "../queries/preview.ts";
import { sentenceOf } from "../sentence.ts";
import { findPolicyRow, holdPolicies, listPolicyRows, MAX_POLICIES, type PolicyRow } from "../store.ts";
import { fromYaml, type Names } from "../yaml/from-yaml.ts";
import { addPolicy, changePolicy, fieldsOf, removePolicy } from "./save-policy.ts";

interface Named {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

/** What the texts of a file may name, found once; only texts of the file are looked for. */
async function namesIn(ctx: Ctx, yaml: string): Promise<Names> {
  const { rows } = await sql<Named>`
    select 'user' as kind, u.id, lower(u.email) as name from users u join memberships m on m.user_id = u.id where m.workspace_id = ${ctx.workspaceId}
    union all select 'group', g.id, lower(g.name) from groups g where g.workspace_id = ${ctx.workspaceId}
    union all select 'dataset', d.id, lower(d.name) from datasets d where d.workspace_id = ${ctx.workspaceId} and d.trashed_at is null`.execute(
    ctx.db as never,
  );
  const lower = yaml.toLowerCase();
  const byName = new Map(rows.map((row) => [`${row.kind} ${row.name}`, row.id]));
  const ids = new Set(rows.map(({ kind, id }) => `${kind} ${id}`));
  const named = rows.filter(({ kind, id, name }) => kind === "dataset" && (lower.includes(name) || yaml.includes(id)));
  const datasets = new Map<string, NamedDataset>();
  for (const dataset of await findDatasets(
    ctx,
    named.map(({ id }) => id),
  ))
    if (dataset !== undefined) datasets.set(dataset.id, dataset);
  return {
    find: (kind, name) => (ids.has(`${kind} ${name}`) ? name : byName.get(`${kind} ${name.toLowerCase()}`)),
    findColumn: (datasetId, name) => datasets.get(datasetId)?.columns.find((column) => column.name === name)?.fieldId,
  };
}

interface Planned {
  readonly steps: readonly { readonly action: "create" | "update" | "delete" | "unchanged"; readonly fields: PolicyFields; readonly before?: PolicyRow }[];
  readonly before: readonly PolicyRow[];
}

const isSame = (left: PolicyFields, right: PolicyFields): boolean => {
  const ordered = (value: unknown): unknown =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, item]) => [key, ordered(item)]),
        )
      : Array.isArray(value)
        ? value.map(ordered)
        : value;
  return JSON.stringify(ordered(left)) === JSON.stringify(ordered(right));
};

async function planImport(ctx: Ctx | TxCtx, wanted: readonly PolicyFields[], mode: "merge" | "replace"): Promise<Planned> {
  const before = await listPolicyRows(ctx.db, {}, { after: undefined, limit: MAX_POLICIES });
  const byName = new Map(before.map((row) => [row.sort_name, row]));
  const named = new Set(wanted.map(({ name }) => name.toLowerCase()));
  const gone = mode === "replace" ? before.filter((row) => row.origin === "" && !named.has(row.sort_name)) : [];
  return {
    before,
    steps: [
      ...wanted.map((fields) => {
        const row = byName.get(fields.name.toLowerCase());
        if (row === undefined) return { action: "create" as const, fields };
        return { action: isSame(fieldsOf(row), fields) ? ("unchanged" as const) : ("update" as const), fields, before: row };
      }),
      ...gone.map((row) => ({ action: "delete" as const, fields: fieldsOf(row), before: row })),
    ],
  };
}

const ruleOf = (fields: PolicyFields, id: string): Policy => ({ ...fields, id });

function effective({ before, steps }: Planned): { readonly old: Policy[]; readonly fresh: Policy[] } {
  const changed = new Set(steps.flatMap((step) => step.before?.id ?? []));
  const kept = before.filter(({ id, enabled }) => enabled && !changed.has(id)).map((row) => ruleOf(fieldsOf(row), row.id));
  const fresh = steps
    .filter(({ action, fields }) => action !== "delete" && fields.enabled)
    .map(({ fields, before: row }, index) => ruleOf(fields, row?.id ?? `new ${index}`));
  return { old: before.filter(({ enabled }) => enabled).map((row) => ruleOf(fieldsOf(row), row.id)), fresh: [...kept, ...fresh] };
}

async function carryOut(ctx: TxCtx, { steps }: Planned): Promise<void> {
  for (const { action, fields, before } of steps) {
    if (action === "create") await addPolicy(ctx, fields);
    else if (action === "update" && before !== undefined) await changePolicy(ctx, before, fields);
    else if (action === "delete" && before !== undefined) await removePolicy(ctx, before);
  }
}

/**
 * Makes the policies of a file the workspace's: adds and changes by name, and with `replace` deletes those that are not in it.
 * A dry run changes nothing and tells what would. Throws like creating them one by one.
 */
export async function importPolicies(
  ctx: Ctx,
  { yaml, mode, dryRun }: { readonly yaml: string; readonly mode: "merge" | "replace"; readonly dryRun: boolean },
): Promise<ImportedPolicies> {
  const wanted = fromYaml(yaml, await namesIn(ctx, yaml));
  const planned = await planImport(ctx, wanted, mode);
  for (const { action, fields, before } of planned.steps) if (action === "create" || action === "update") await checkPolicy(ctx, fields, before);
  const { old, fresh } = effective(planned);
  await requireReadingAdministrator(ctx, fresh);
  const effects = await previewEffects(ctx, old, fresh);
  const labels = await labelsOf(
    ctx,
    planned.steps.map(({ fields }) => fields),
  );
  if (!dryRun)
    await ctx.tx(async (ctx) => {
      await holdPolicies(ctx);
      const now = await planImport(ctx, wanted, mode);
      await carryOut(ctx, now);
      await requireReadingAdministrator(ctx, effective(now).fresh);
    });
  return { applied: !dryRun, steps: planned.steps.map(({ action, fields }) => ({ action, name: fields.name, sentence: sentenceOf(fields, labels) })), effects };
}

/** What a policy would change, in place of the one with this id, or without that one. */
export async function previewPolicy(
  ctx: Ctx,
  id: string | undefined,
  fields: PolicyFields | null,
): Promise<{ sentence: string | null; effects: PolicyEffects }> {
  const known = id === undefined ? undefined : await findPolicyRow(ctx.db, id);
  if (id !== undefined && known === undefined) throw problem("policy.not_found");
  if (fields !== null) await checkPolicy(ctx, fields, known);
  const rows = await listPolicyRows(ctx.db, { enabled: true }, { after: undefined, limit: MAX_POLICIES });
  const old = rows.map((row) => ruleOf(fieldsOf(row), row.id));
  const others = old.filter((policy) => policy.id !== id);
  const fresh = fields === null || !fields.enabled ? others : [...others, ruleOf(fields, id ?? "new")];
  await requireReadingAdministrator(ctx, fresh);
  const sentence = fields === null ? null : sentenceOf(fields, await labelsOf(ctx, [fields]));
  return { sentence, effects: await previewEffects(ctx, old, fresh) };
}
