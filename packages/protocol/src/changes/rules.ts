import { z } from "zod";
import { can, id, instant } from "../schemas.ts";
import { MERGE_STRICTNESS } from "./states.ts";

const columnName = z.string().min(1).max(255);

/** How a column's values are compared, besides by type. */
const comparison = z.strictObject({
  column: columnName,
  trim: z.boolean().default(false),
  collapseSpaces: z.boolean().default(false),
  ignoreCase: z.boolean().default(false),
  /** Numbers that differ by no more are the same. */
  absoluteTolerance: z.number().nonnegative().optional(),
  /** As a share of the larger one. */
  relativeTolerance: z.number().min(0).max(1).optional(),
});

const owners = z.strictObject({
  /** Changes of one of these columns, or of a column with this tag, need an approval of the group. */
  columns: z.array(columnName).max(1_000).default([]),
  tag: z.string().trim().min(1).max(60).nullable().default(null),
  groupId: id("group"),
});

/** What a dataset asks of its change requests. */
export const changeRulesInput = z.strictObject({
  /** How many people have to approve; the author never counts. */
  approvals: z.int().min(0).max(20).default(1),
  /** Whose approvals count; null: of everyone who may review. */
  groupId: id("group").nullable().default(null),
  owners: z.array(owners).max(100).default([]),
  /** One more approval when rows are deleted. */
  extraOnDeletes: z.boolean().default(false),
  /** One more approval when more than this share of the rows changes, 0 to 1. */
  extraAboveShare: z.number().gt(0).max(1).nullable().default(null),
  /** Requests of fewer changed rows and no deletes need no approval but that of the owners of columns. */
  autoApproveBelow: z.int().min(1).max(1_000_000).nullable().default(null),
  strictness: z.enum(MERGE_STRICTNESS).default("cell"),
  /** Columns whose cells are changed together, for the strictness `groups`. */
  columnGroups: z.array(z.array(columnName).min(2).max(100)).max(100).default([]),
  comparisons: z.array(comparison).max(10_000).default([]),
});

export type ChangeRulesInput = z.output<typeof changeRulesInput>;

export const changeRules = changeRulesInput
  .extend({
    /** 0 while nobody set any: one approval, by anyone who may review. */
    version: z.number().int(),
    setBy: z.object({ id: id("user"), name: z.string() }).nullable(),
    setAt: instant.nullable(),
    can: can("edit"),
  })
  .meta({ id: "ChangeRules" });

export type ChangeRules = z.infer<typeof changeRules>;
