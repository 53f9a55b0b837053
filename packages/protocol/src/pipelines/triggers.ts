import { z } from "zod";

const slug = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "must be lower-case letters, digits and _, beginning with a letter");
const base = { id: slug, enabled: z.boolean().default(true), parameters: z.record(slug, z.string().nullable()).default({}) };

/** A time zone of the IANA database. */
export const timeZone = z.string().refine((name) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}, "must be a time zone such as Europe/Berlin");

/** What starts a pipeline by itself. */
export const pipelineTrigger = z.discriminatedUnion("kind", [
  z.strictObject({
    ...base,
    kind: z.literal("schedule"),
    /** Five or six fields; several for several times. */
    cron: z.array(z.string().trim().min(1).max(200)).min(1).max(10),
    timeZone,
    /** An hour that the clocks leave out: run at the next instant there is, or not that day. */
    gap: z.enum(["shift", "skip"]).default("shift"),
    /** An hour that comes twice. */
    overlap: z.enum(["first", "last", "both"]).default("first"),
    /** Times that passed while nothing ran. */
    catchUp: z.enum(["none", "latest", "all"]).default("latest"),
    catchUpMax: z.int().min(1).max(1_000).default(100),
    /** A run is due while another is going on. */
    whenBusy: z.enum(["skip", "queue_one", "queue_all", "cancel_running", "allow"]).default("queue_one"),
    jitterS: z.int().min(0).max(3_600).default(0),
    from: z.iso.datetime().optional(),
    until: z.iso.datetime().optional(),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("dataset"),
    /** Ids or names. */
    datasets: z.array(z.string().min(1).max(200)).min(1).max(50),
    when: z.enum(["any", "all"]).default("any"),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("pipeline"),
    pipelines: z.array(z.string().min(1).max(200)).min(1).max(50),
    when: z.enum(["any", "all"]).default("all"),
    on: z.enum(["success", "failure", "end"]).default("success"),
  }),
  /** POST to the pipeline's hook address with its secret. */
  z.strictObject({ ...base, kind: z.literal("webhook") }),
]);
export type PipelineTrigger = z.output<typeof pipelineTrigger>;
export type TriggerOf<K extends PipelineTrigger["kind"]> = Extract<PipelineTrigger, { kind: K }>;
