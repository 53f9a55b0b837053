import { and, call, cast, column, compare, type Expression, literal, not, type Query, type SelectItem } from "@granary/engine";
import type { FormatDamage } from "@granary/protocol";
import { type ChangeSet, type DiffParts, FORMAT_ONLY, isChanged, shownChanges, shownDamage, STORED } from "../diff/index.ts";
import { checkPlan, type ReadPlan } from "../scan/index.ts";
import type { ChangeSummaryOf } from "./types.ts";

const KINDS = ["added", "removed", "modified", "duplicate_key", "null_key"] as const;
const COLUMNS_PER_QUERY = 200;

const isKind = (kind: string): Expression => compare(column(STORED.kind), "=", literal(kind));

const rowItems: readonly SelectItem[] = [
  ...KINDS.map((kind) => ({ expression: { ...call("sum", column(STORED.copies)), filter: and(isKind(kind), not(column(FORMAT_ONLY))) }, as: kind })),
  { expression: call("count_if", column(FORMAT_ONLY)), as: FORMAT_ONLY },
];

const cellItems = (plan: ReadPlan): readonly SelectItem[] =>
  plan.columns.flatMap((_, index) => [
    { expression: call("count_if", column(isChanged(index))), as: isChanged(index) },
    { expression: cast(call("to_json", call("histogram", column(shownDamage(index)))), { kind: "text" } as const), as: shownDamage(index) },
  ]);

const damagesOf = (text: unknown): Partial<Record<FormatDamage, number>> =>
  typeof text === "string" ? ((JSON.parse(text) as Partial<Record<FormatDamage, number>> | null) ?? {}) : {};

const NOTHING: ChangeSummaryOf = { added: 0, removed: 0, modified: 0, formatOnly: 0, duplicateKeys: 0, nullKeys: 0, columns: [] };

const total = ({ changed, damages }: ChangeSummaryOf["columns"][number]): number => Object.values(damages).reduce((sum, count) => sum + count, changed);

/** Counts a change set as a reader sees it: rows by what happened to them, and cells by column. */
export async function summarizeChanges(
  parts: DiffParts,
  changeSet: ChangeSet,
  { plan, signal }: { readonly plan: ReadPlan; readonly signal?: AbortSignal },
): Promise<ChangeSummaryOf> {
  checkPlan(changeSet, plan);
  const { file } = changeSet;
  if (file === null) return NOTHING;
  await using local = await parts.fileIo.open(file);
  const work = { kind: "read", ...(signal === undefined ? {} : { signal }) } as const;
  return await parts.engine.use(work, async (session) => {
    const from = { kind: "query", query: shownChanges(changeSet, plan, local.path) } as const;
    const asked = async (items: readonly SelectItem[]) => {
      const query: Query = { kind: "select", items, from };
      return (await session.run({ kind: "query", query })).rows[0] ?? [];
    };
    const items = cellItems(plan);
    const first = await asked([...rowItems, ...items.slice(0, COLUMNS_PER_QUERY * 2)]);
    const cells = first.slice(rowItems.length);
    for (let at = COLUMNS_PER_QUERY * 2; at < items.length; at += COLUMNS_PER_QUERY * 2)
      cells.push(...(await asked(items.slice(at, at + COLUMNS_PER_QUERY * 2))));
    const [added, removed, modified, duplicateKeys, nullKeys, formatOnly] = first.map((value) => Number(value ?? 0));
    const columns = plan.columns
      .map(({ fieldId }, index) => ({ fieldId, changed: Number(cells[index * 2] ?? 0), damages: damagesOf(cells[index * 2 + 1]) }))
      .filter((item) => total(item) > 0)
      .toSorted((left, right) => total(right) - total(left));
    return {
      added: added ?? 0,
      removed: removed ?? 0,
      modified: modified ?? 0,
      formatOnly: formatOnly ?? 0,
      duplicateKeys: duplicateKeys ?? 0,
      nullKeys: nullKeys ?? 0,
      columns,
    };
  });
}
