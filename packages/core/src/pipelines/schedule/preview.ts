import { describeCron } from "./describe.ts";
import { type DueTime, nextTime, type ScheduleTimes } from "./times.ts";
import { wallOf } from "./zone.ts";

export interface PreviewedTime {
  readonly at: string;
  /** What clocks in the zone show then. */
  readonly local: string;
  readonly note: string | null;
}

const localText = (wall: number): string => new Date(wall).toISOString().slice(0, 16).replace("T", " ");
const timeText = (wall: number): string => localText(wall).slice(11);

function noteOf({ at, wall, because }: DueTime, zone: string): string | null {
  if (because === "clock") return null;
  if (because === "shifted") return `${timeText(wall)} does not exist that day, because clocks are put forward: it runs at ${timeText(wallOf(zone, at))}.`;
  return `${timeText(wall)} comes twice that day, because clocks are put back: this is the ${because === "first" ? "first" : "second"} time.`;
}

function policyText({ gap, overlap }: ScheduleTimes): string {
  const left = gap === "shift" ? "runs right after it" : "does not run that day";
  const twice = { first: "runs the first time", last: "runs the second time", both: "runs both times" }[overlap];
  return `A fixed time in an hour that clocks leave out ${left}; in an hour that comes twice it ${twice}. Schedules of every hour, or every so many hours or minutes, go by the time that passes.`;
}

/** The next times of a schedule, with a note where clocks are changed. */
export function previewTimes(rule: ScheduleTimes, after: Date, count: number): { items: PreviewedTime[]; text: string } {
  const items: PreviewedTime[] = [];
  let leftOut: string | undefined;
  let next = nextTime({ ...rule, gap: "shift" }, after.getTime());
  while (next !== undefined && items.length < count) {
    if (next.because === "shifted" && rule.gap === "skip") {
      leftOut = `${localText(next.wall)} is left out, because clocks are put forward over it.`;
    } else {
      items.push({
        at: new Date(next.at).toISOString(),
        local: localText(wallOf(rule.timeZone, next.at)),
        note: noteOf(next, rule.timeZone) ?? leftOut ?? null,
      });
      leftOut = undefined;
    }
    next = nextTime({ ...rule, gap: "shift" }, next.at);
  }
  return { items, text: `${rule.cron.map(describeCron).join(", and ")} (${rule.timeZone}). ${policyText(rule)}` };
}
