import { z } from "zod";

interface JobSpec {
  readonly payload: z.ZodType;
  /** What people see on the jobs page. */
  readonly title: string;
}

/** Every background job by name. The worker refuses to start when a name has no handler or a handler no name. */
export const JOBS = {
  "mail.send": { payload: z.object({ mailId: z.string() }), title: "Send a mail" },
} as const satisfies Record<string, JobSpec>;

export type JobName = keyof typeof JOBS;

export type JobPayload<N extends JobName> = z.infer<(typeof JOBS)[N]["payload"]>;
