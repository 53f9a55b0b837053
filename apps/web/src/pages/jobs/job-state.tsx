import type { Job } from "@granary/protocol";
import { StatusBadge, type Tone } from "../../kit/status-badge.tsx";

const SAID: Readonly<Record<Job["state"], readonly [tone: Tone, text: string]>> = {
  queued: ["idle", "Waiting"],
  running: ["busy", "Running"],
  succeeded: ["good", "Done"],
  failed: ["bad", "Failed"],
  cancelled: ["off", "Cancelled"],
};

/** The state of a job in a word. */
export function JobState({ job }: { readonly job: Pick<Job, "state" | "cancelling"> }) {
  if (job.cancelling && job.state === "running") return <StatusBadge tone="warn">Stopping</StatusBadge>;
  const [tone, text] = SAID[job.state];
  return <StatusBadge tone={tone}>{text}</StatusBadge>;
}
