import { z } from "zod";

const MAX_POLICIES = 2_000;

const text = z.string().min(1).max(300);
const subjectEntry = z.union([
  z.literal("everyone"),
  z.strictObject({ user: text }),
  z.strictObject({ group: text }),
  z.strictObject({ role: text }),
  z.strictObject({ apiKey: text }),
  z.strictObject({ permission: text }),
  z.strictObject({ attribute: z.strictObject({ name: text, value: text }) }),
]);
const targetEntry = z.union([
  z.literal("workspace"),
  z.strictObject({ dataset: text }),
  z.strictObject({ column: z.strictObject({ dataset: text, name: z.union([text, z.number().int()]) }) }),
  z.strictObject({ datasetTag: text }),
  z.strictObject({ columnTag: text }),
  z.strictObject({ owner: text }),
]);
const entry = z.looseObject({ subjects: z.array(subjectEntry).min(1), except: z.array(subjectEntry).default([]), targets: z.array(targetEntry).min(1) });
/** The form of a file of policies: what it names by what people call it. Each entry is read as a policy when its names are found. */
export const policyFile = z.strictObject({ granaryPolicies: z.literal(1), policies: z.array(entry).max(MAX_POLICIES) });

export type PolicyFile = z.infer<typeof policyFile>;
