import { z } from "zod";
import { rowFilter } from "../row-filter.ts";
import { can, id, instant, line } from "../schemas.ts";
import { mask, maskInput } from "./masks.ts";
import { PERMISSION_NAMES, type Permission } from "./permissions.ts";

/** What a policy does: lets in, keeps out, masks values, or leaves rows out. */
export const POLICY_EFFECTS = ["allow", "deny", "mask", "filter"] as const;
export type PolicyEffect = (typeof POLICY_EFFECTS)[number];

const MAX_SUBJECTS = 200;
const MAX_TARGETS = 500;
const MAX_PURPOSES = 20;
const MAX_ATTRIBUTE = 500;

/** A name for why data is looked at, as `X-Purpose` sends it. */
export const purpose = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, "must be 1 to 64 of a-z, 0-9, dot, dash and underscore");
/** A name of what is known of a member, such as `department`. */
export const attributeName = z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, "must be a-z first, then at most 63 of a-z, 0-9, dot, dash and underscore");
export const attributeValue = line(MAX_ATTRIBUTE);
/** What a column is about, such as `pii.email`. */
export const columnTag = z
  .string()
  .regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/, "must be words of a-z, 0-9 and underscore with dots between")
  .max(64);

const permission = z.enum(PERMISSION_NAMES as readonly [Permission, ...Permission[]]);

/** Whom a policy is about. A subject that is not there any more is nobody. */
export const policySubject = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("everyone") }),
    z.strictObject({ kind: z.literal("user"), id: id("user") }),
    z.strictObject({ kind: z.literal("group"), id: id("group") }),
    z.strictObject({ kind: z.literal("role"), name: line(60) }),
    z.strictObject({ kind: z.literal("api_key"), id: id("apiKey") }),
    z.strictObject({ kind: z.literal("attribute"), name: attributeName, value: attributeValue }),
    z.strictObject({ kind: z.literal("permission"), name: permission }),
  ])
  .meta({ id: "PolicySubject" });

/** What a policy is about. */
export const policyTarget = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("workspace") }),
    z.strictObject({ kind: z.literal("dataset"), id: id("dataset") }),
    z.strictObject({ kind: z.literal("column"), datasetId: id("dataset"), fieldId: z.number().int().min(1) }),
    z.strictObject({ kind: z.literal("dataset_tag"), tag: line(50).transform((tag) => tag.toLowerCase()) }),
    z.strictObject({ kind: z.literal("column_tag"), tag: columnTag }),
    z.strictObject({ kind: z.literal("owner"), userId: id("user") }),
  ])
  .meta({ id: "PolicyTarget" });

export type PolicySubject = z.infer<typeof policySubject>;
export type PolicyTarget = z.infer<typeof policyTarget>;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 08:30");

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** When a policy holds. Times are the database's. */
export const policyConditions = z
  .strictObject({
    purposes: z
      .array(purpose)
      .min(1)
      .max(MAX_PURPOSES)
      .optional()
      .describe("A policy that allows holds only for these purposes; any other one holds except for them"),
    validFrom: instant.optional(),
    validUntil: instant.optional(),
    days: z.array(z.number().int().min(1).max(7)).min(1).max(7).optional().describe("Days of the week; 1 is Monday. A night counts as the day it begins"),
    from: clock.optional(),
    until: clock.optional().describe("Earlier than `from` means on the next day"),
    timeZone: z.string().max(60).refine(isTimeZone, "must be a time zone such as Europe/Berlin").optional().describe("UTC when absent"),
  })
  .meta({ id: "PolicyConditions" });

export type PolicyConditions = z.infer<typeof policyConditions>;

const described = {
  name: line(120),
  description: z.string().trim().max(2_000).default(""),
  enabled: z.boolean().default(true),
  effect: z.enum(POLICY_EFFECTS),
  subjects: z.array(policySubject).min(1).max(MAX_SUBJECTS),
  except: z.array(policySubject).max(MAX_SUBJECTS).default([]),
  targets: z.array(policyTarget).min(1).max(MAX_TARGETS),
} as const;

/** What an `allow` policy lets people do. Ownership is granted, never given by policy. */
export const POLICY_LEVELS = ["viewer", "contributor"] as const;

const own = {
  level: z.enum(POLICY_LEVELS).nullable().default(null).describe("Of `allow`: what it lets them do"),
  filter: rowFilter
    .nullable()
    .default(null)
    .describe("Of `filter`: which rows stay, as stored values say. Values may hold `{{user.email}}`, `{{user.id}}` and `{{attribute.NAME}}`"),
  conditions: policyConditions.default({}),
} as const;

const fields = z.strictObject({ ...described, ...own, mask: maskInput.nullable().default(null).describe("Of `mask`: what is done to the values") });

type Fields = z.infer<typeof fields>;

const COLUMN_KINDS: readonly PolicyTarget["kind"][] = ["column", "column_tag"];

function checkParts(value: Fields, context: z.RefinementCtx): void {
  const { effect } = value;
  const refuse = (path: (string | number)[], message: string): void => context.addIssue({ code: "custom", path, message, input: value });
  for (const [part, of] of [
    ["level", "allow"],
    ["mask", "mask"],
    ["filter", "filter"],
  ] as const) {
    if (effect === of && value[part] === null) refuse([part], `is needed by a policy whose effect is ${of}`);
    if (effect !== of && value[part] !== null) refuse([part], `is for policies whose effect is ${of}`);
  }
  value.targets.forEach((target, index) => {
    if ((effect === "allow" || effect === "filter") && COLUMN_KINDS.includes(target.kind))
      refuse(["targets", index], `must name datasets: a policy whose effect is ${effect} is about whole datasets`);
  });
}

function checkTimes({ conditions: { validFrom, validUntil, from, until } }: Fields, context: z.RefinementCtx): void {
  const refuse = (path: string, message: string): void => context.addIssue({ code: "custom", path: ["conditions", path], message, input: path });
  if (validFrom !== undefined && validUntil !== undefined && validFrom >= validUntil) refuse("validUntil", "must be after validFrom");
  if ((from === undefined) !== (until === undefined)) refuse(from === undefined ? "from" : "until", "is needed too: a part of the day has two ends");
  if (from !== undefined && from === until) refuse("until", "must differ from `from`");
}

/** What people say about a policy. */
export const policyFields = fields.superRefine((value, context) => {
  checkParts(value, context);
  checkTimes(value, context);
});

export type PolicyFields = z.output<typeof policyFields>;

/** A policy as it is kept, in words too. */
export const policyView = z
  .object({
    id: id("policy"),
    ...described,
    ...own,
    mask: mask.nullable(),
    /** What it says, as one sentence. */
    sentence: z.string(),
    /** What people call what its ids stand for; of columns by `DATASET.FIELD`. What is gone has none. */
    labels: z.record(z.string(), z.string()),
    /** Whether it stands for a setting made elsewhere, such as the mask of one column. */
    isSetting: z.boolean(),
    version: z.number().int(),
    createdAt: instant,
    updatedAt: instant,
    can: can("update", "delete"),
  })
  .meta({ id: "Policy" });

export type PolicyView = z.infer<typeof policyView>;
