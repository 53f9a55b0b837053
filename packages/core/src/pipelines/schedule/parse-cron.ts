import { problem } from "@granary/protocol";
import { Cron } from "croner";

export interface CronLine {
  readonly text: string;
  /** Counts in wall clocks, as if they were UTC. */
  readonly wall: Cron;
  /** Its hours are every hour, or every so many: such schedules go by the time that passes, not by what clocks show. */
  readonly goesByTime: boolean;
}

/** Reads a cron expression of five or six fields; throws `pipeline.schedule_invalid`. */
export function parseCronLine(text: string): CronLine {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6)
    throw problem("pipeline.schedule_invalid", { reason: `"${text}" has ${fields.length} fields instead of five (or six with seconds first)` });
  try {
    const wall = new Cron(text, { timezone: "UTC", paused: true });
    return { text, wall, goesByTime: fields.at(-4)?.startsWith("*") === true };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    throw problem("pipeline.schedule_invalid", { reason: `"${text}": ${reason}` }, { cause: error });
  }
}
