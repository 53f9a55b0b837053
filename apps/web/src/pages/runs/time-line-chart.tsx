import type { Run, RunEvent } from "@granary/protocol";
import { useNow } from "../../kit/clock.ts";
import { useFormat } from "../../kit/format.tsx";
import { STEP_WORDS } from "./run-words.ts";
import classes from "./runs.module.css";
import { useTook } from "./run-state.tsx";
import { type Stretch, timeLineOf } from "./time-line.ts";

interface TimeLineChartProps {
  readonly run: Run;
  readonly events: readonly RunEvent[];
  readonly selected: string | undefined;
  readonly onSelect: (node: string) => void;
}

const TICK_MS = 1_000;

const share = (part: number, whole: number): string => `${(100 * part) / whole}%`;

/** The steps of a run over time: each attempt and each wait is a bar. Choosing one shows what it did. */
export function TimeLineChart({ run, events, selected, onSelect }: TimeLineChartProps) {
  const format = useFormat();
  const took = useTook();
  const line = timeLineOf(run, events, useNow(run.endedAt === null ? TICK_MS : undefined));
  const whole = line.until - line.from;
  return (
    <div className={classes.gantt}>
      <ol className={classes.ganttRows} aria-label="Steps over time">
        {line.rows.map(({ step, stretches }) => {
          const [tone, text] = STEP_WORDS[step.state];
          return (
            <li key={step.node}>
              <button type="button" className={classes.ganttRow} aria-current={step.node === selected ? "true" : undefined} onClick={() => onSelect(step.node)}>
                <span className={classes.ganttName}>
                  <span className={classes.dot} data-tone={tone} aria-hidden="true" />
                  <span className={classes.ganttTitle}>{step.title === "" ? step.node : step.title}</span>
                  <span className="g-hidden">{text}</span>
                </span>
                <span className={classes.ganttTrack} aria-hidden="true">
                  {stretches.map((stretch) => (
                    <span
                      key={stretch.from}
                      className={classes.ganttBar}
                      data-state={stretch.state}
                      data-tone={stretch.until === lastEnd(stretches) ? tone : undefined}
                      title={`${STEP_WORDS[stretch.state][1]}, ${format.duration((stretch.until - stretch.from) / 1_000)}`}
                      style={{ left: share(Math.max(0, stretch.from - line.from), whole), width: share(stretch.until - stretch.from, whole) }}
                    />
                  ))}
                </span>
                <span className={classes.ganttTook}>
                  {step.fusedInto === null ? took(step) : <span className="g-soft">with {step.fusedInto}</span>}
                  {step.attempt > 1 && <span className="g-soft"> try {step.attempt}</span>}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      <div className={classes.ganttScale} aria-hidden="true">
        <span>0 s</span>
        <span>{format.duration(whole / 2_000)}</span>
        <span>{format.duration(whole / 1_000)}</span>
      </div>
    </div>
  );
}

const lastEnd = (stretches: readonly Stretch[]): number | undefined => stretches.at(-1)?.until;
