import type { Issue } from "@granary/kernel";
import { type ChangeRules, type ChangeRulesInput, problem } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { type DatasetRow, holdDataset, requireDataset } from "../../datasets/index.ts";
import { settleOpenChanges } from "../settle-state.ts";
import { maySetRules, presentRules } from "./present-rules.ts";
import { findRules, insertRules, type KeptRules } from "./store.ts";

type Named = Pick<KeptRules, "review" | "strictness" | "columnGroups" | "comparisons">;

/** Finds columns by name, gathering those that are not there. */
class ColumnFinder {
  readonly issues: Issue[] = [];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(dataset: DatasetRow) {
    this.#ids = new Map((dataset.columns ?? []).map(({ fieldId, name }) => [name, fieldId]));
  }

  find(name: string, path: string): number {
    const found = this.#ids.get(name);
    if (found === undefined) this.issues.push({ path, message: `there is no column called ${name}` });
    return found ?? 0;
  }

  findAll(names: readonly string[], path: string): number[] {
    return names.map((name, index) => this.find(name, `${path}.${index}`));
  }
}

/** Rules with their columns by field id. Throws `request.invalid`. */
function withFieldIds(dataset: DatasetRow, input: ChangeRulesInput): Named {
  const finder = new ColumnFinder(dataset);
  const { owners, columnGroups, comparisons, strictness, ...review } = input;
  const found: Named = {
    review: {
      ...review,
      owners: owners.map(({ columns, tag, groupId }, index) => ({ fieldIds: finder.findAll(columns, `body.owners.${index}.columns`), tag, groupId })),
    },
    strictness,
    columnGroups: columnGroups.map((columns, index) => finder.findAll(columns, `body.columnGroups.${index}`)),
    comparisons: comparisons.map(({ column, trim, collapseSpaces, ignoreCase, absoluteTolerance, relativeTolerance }, index) => ({
      fieldId: finder.find(column, `body.comparisons.${index}.column`),
      ...(trim ? { trim } : {}),
      ...(collapseSpaces ? { collapseSpaces } : {}),
      ...(ignoreCase ? { ignoreCase } : {}),
      ...(absoluteTolerance === undefined ? {} : { absoluteTolerance }),
      ...(relativeTolerance === undefined ? {} : { relativeTolerance }),
    })),
  };
  const { issues } = finder;
  for (const [index, { columns, tag }] of owners.entries())
    if (columns.length === 0 && tag === null) issues.push({ path: `body.owners.${index}`, message: "names neither a column nor a tag" });
  if (strictness === "groups" && columnGroups.length === 0) issues.push({ path: "body.columnGroups", message: "says which columns belong together" });
  if (issues.length > 0) throw problem("request.invalid", {}, { issues });
  return found;
}

async function requireGroups(ctx: TxCtx, { groupId, owners }: ChangeRulesInput): Promise<void> {
  const named = [...new Set([...(groupId === null ? [] : [groupId]), ...owners.map((item) => item.groupId)])];
  if (named.length === 0) return;
  const rows = await ctx.db.selectFrom("groups").select("id").where("id", "in", named).execute();
  const known = new Set<string>(rows.map(({ id }) => id));
  const issues = [
    ...(groupId === null || known.has(groupId) ? [] : [{ path: "body.groupId", message: "there is no such group" }]),
    ...owners.flatMap((item, index) => (known.has(item.groupId) ? [] : [{ path: `body.owners.${index}.groupId`, message: "there is no such group" }])),
  ];
  if (issues.length > 0) throw problem("request.invalid", {}, { issues });
}

/** Says what a dataset asks of its change requests, if the rules are still those the caller read. Holds for open requests, too. */
export function setRules(ctx: Ctx, idOrName: string, version: number, input: ChangeRulesInput): Promise<ChangeRules> {
  return ctx.tx(async (ctx) => {
    const { id } = await requireDataset(ctx, idOrName, "owner");
    await holdDataset(ctx.db, id);
    const dataset = await requireDataset(ctx, id, "owner");
    if (!maySetRules(ctx.principal, dataset)) throw problem("access.denied", { permission: "owner of the dataset who sees all its columns" });
    const before = await findRules(ctx.db, id);
    if (before.version !== version) throw problem("edit.conflict", { current: presentRules(ctx.principal, dataset, before) });
    await requireGroups(ctx, input);
    const rules = withFieldIds(dataset, input);
    const next = { ...rules, version: version + 1, workspaceId: ctx.workspaceId, datasetId: id, setBy: requireUser(ctx.principal), now: ctx.now };
    await insertRules(ctx.db, next);
    const data = { version: next.version, before: before.review, after: rules.review, strictness: rules.strictness };
    await ctx.record({ type: "change.rules_set", subject: { id, label: dataset.name }, data });
    await settleOpenChanges(ctx, dataset);
    return presentRules(ctx.principal, dataset, await findRules(ctx.db, id));
  });
}
