import type { PipelineTrigger } from "@granary/protocol";

const DAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];
const two = (value: string): string => value.padStart(2, "0");
const isNumber = (field: string): boolean => /^\d+$/.test(field);

function daysText(dayOfMonth: string, month: string, dayOfWeek: string): string | undefined {
  if (month !== "*") return undefined;
  if (dayOfMonth === "*" && dayOfWeek === "*") return "Every day";
  if (dayOfMonth === "*" && dayOfWeek === "1-5") return "On weekdays";
  if (dayOfMonth === "*" && isNumber(dayOfWeek)) return DAYS[Number(dayOfWeek)];
  if (dayOfWeek === "*" && isNumber(dayOfMonth)) return `On day ${dayOfMonth} of every month`;
  return undefined;
}

/** Schedules within a day: every minute, some minutes, every hour, some hours. */
function stepsText(minute: string, hour: string): string | undefined {
  const every = (field: string): string | undefined => /^\*\/(\d+)$/.exec(field)?.[1];
  if (hour === "*" && minute === "*") return "Every minute";
  if (hour === "*" && every(minute) !== undefined) return `Every ${every(minute)} minutes`;
  if (!isNumber(minute)) return undefined;
  if (hour === "*") return minute === "0" ? "Every hour" : `Every hour at ${two(minute)} past`;
  return every(hour) === undefined ? undefined : `Every ${every(hour)} hours at ${two(minute)} past`;
}

/** A cron expression in words where it is one of the usual ones, else itself. */
export function describeCron(text: string): string {
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = "", ...more] = text.trim().split(/\s+/);
  if (more.length > 0) return text;
  const days = daysText(dayOfMonth, month, dayOfWeek);
  const steps = days === "Every day" ? stepsText(minute, hour) : undefined;
  if (steps !== undefined) return steps;
  return days !== undefined && isNumber(minute) && isNumber(hour) ? `${days} at ${two(hour)}:${two(minute)}` : text;
}

/** A trigger in one line, for lists. */
export function describeTrigger(trigger: PipelineTrigger): string {
  switch (trigger.kind) {
    case "schedule":
      return `${trigger.cron.map(describeCron).join(", and ")} (${trigger.timeZone})`;
    case "dataset":
      return `When ${trigger.datasets.join(trigger.when === "all" ? " and " : " or ")} changed`;
    case "pipeline": {
      const end = { success: "succeeded", failure: "failed", end: "ended" }[trigger.on];
      return `When ${trigger.pipelines.join(trigger.when === "all" ? " and " : " or ")} ${end}`;
    }
    case "webhook":
      return "When its hook is called";
  }
}
