import type { Reader, Writer } from "@granary/db";
import type { ColumnRule } from "@granary/lake";
import type { MergeStrictness } from "@granary/protocol";
import { sql } from "kysely";

type Db = Reader | Writer;

/** Whose approval changes of some columns need. Columns by field id, so that a renamed one stays theirs. */
export interface ColumnOwners {
  readonly fieldIds: readonly number[];
  readonly tag: string | null;
  readonly groupId: string;
}

/** Who has to approve. */
export interface ReviewRules {
  readonly approvals: number;
  readonly groupId: string | null;
  readonly owners: readonly ColumnOwners[];
  readonly extraOnDeletes: boolean;
  readonly extraAboveShare: number | null;
  readonly autoApproveBelow: number | null;
}

/** What a dataset asks of its change requests; version 0 while nobody said anything. */
export interface KeptRules {
  readonly version: number;
  readonly review: ReviewRules;
  readonly strictness: MergeStrictness;
  readonly columnGroups: readonly (readonly number[])[];
  readonly comparisons: readonly ColumnRule[];
  readonly setBy: string | null;
  readonly setByName: string | null;
  readonly setAt: Date | null;
}

const DEFAULT: KeptRules = {
  version: 0,
  review: { approvals: 1, groupId: null, owners: [], extraOnDeletes: false, extraAboveShare: null, autoApproveBelow: null },
  strictness: "cell",
  columnGroups: [],
  comparisons: [],
  setBy: null,
  setByName: null,
  setAt: null,
};

/** The rules that hold now, of each of some datasets. */
export async function listRules(db: Db, datasetIds: readonly string[]): Promise<ReadonlyMap<string, KeptRules>> {
  if (datasetIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("change_rules as r")
    .leftJoin("users as u", "u.id", "r.set_by")
    .distinctOn("r.dataset_id")
    .select(["r.dataset_id", "r.version", "r.strictness", "r.set_by as setBy", "u.name as setByName", "r.set_at as setAt"])
    .select([
      sql<ReviewRules>`r.review`.as("review"),
      sql<number[][]>`r.column_groups`.as("columnGroups"),
      sql<Record<string, Omit<ColumnRule, "fieldId">>>`r.comparisons`.as("byField"),
    ])
    .where("r.dataset_id", "in", [...new Set(datasetIds)])
    .orderBy("r.dataset_id")
    .orderBy("r.version", "desc")
    .execute();
  return new Map(
    rows.map(({ dataset_id, byField, ...row }) => {
      const comparisons = Object.entries(byField).map(([fieldId, rule]) => ({ fieldId: Number(fieldId), ...rule }));
      return [dataset_id, { ...row, comparisons }];
    }),
  );
}

/** The rules of one dataset that hold now. */
export async function findRules(db: Db, datasetId: string): Promise<KeptRules> {
  return (await listRules(db, [datasetId])).get(datasetId) ?? DEFAULT;
}

export const rulesIn = (rules: ReadonlyMap<string, KeptRules>, datasetId: string): KeptRules => rules.get(datasetId) ?? DEFAULT;

/** Keeps the rules that hold from now on beside those before. */
export async function insertRules(
  db: Writer,
  rules: Pick<KeptRules, "version" | "review" | "strictness" | "columnGroups" | "comparisons"> & {
    readonly workspaceId: string;
    readonly datasetId: string;
    readonly setBy: string;
    readonly now: Date;
  },
): Promise<void> {
  const comparisons = Object.fromEntries(rules.comparisons.map(({ fieldId, ...rule }) => [fieldId, rule]));
  await db
    .insertInto("change_rules")
    .values({
      workspace_id: rules.workspaceId,
      dataset_id: rules.datasetId,
      version: rules.version,
      review: JSON.stringify(rules.review),
      strictness: rules.strictness,
      column_groups: JSON.stringify(rules.columnGroups),
      comparisons: JSON.stringify(comparisons),
      set_by: rules.setBy,
      set_at: rules.now,
    })
    .execute();
}
