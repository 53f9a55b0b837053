import type { RunState as State, RunSummary } from "@granary/protocol";
import { Link } from "@tanstack/react-router";
import { Meter } from "../../kit/charts.tsx";
import { useFormat } from "../../kit/format.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import { RUN_WORDS, secondsOf } from "./run-words.ts";
import classes from "./runs.module.css";

/** The state of a run in a word. */
export function RunState({ state }: { readonly state: State }) {
  const [tone, text] = RUN_WORDS[state];
  return <StatusBadge tone={tone}>{text}</StatusBadge>;
}

/** A run's state, with how far it is while that can be told. */
export function RunProgress({ run }: { readonly run: RunSummary }) {
  const isGoing = run.state === "running" || run.state === "cancelling";
  return (
    <span className={classes.progress}>
      <RunState state={run.state} />
      {isGoing && <Meter done={run.progress ?? 0} total={run.progress === null ? null : 1} label={`Progress of run ${run.number}`} />}
      {run.state === "queued" && run.waitingFor !== null && <span className="g-soft">{run.waitingFor}</span>}
    </span>
  );
}

interface RecentRunsProps {
  readonly runs: readonly { readonly id: string; readonly number: number; readonly state: State; readonly seconds: number | null }[];
}

const LEAST_HEIGHT = 0.25;

/** The last runs as small bars, the newest at the right: colour and shape tell the state, height the time it took. */
export function RecentRuns({ runs }: RecentRunsProps) {
  const slug = useSlug();
  const format = useFormat();
  const longest = Math.max(1, ...runs.map(({ seconds }) => seconds ?? 0));
  if (runs.length === 0) return <span className="g-soft">no run yet</span>;
  return (
    <span className={classes.recent} role="group" aria-label="Last runs">
      {runs.toReversed().map(({ id, number, state, seconds }) => {
        const [tone, text] = RUN_WORDS[state];
        const said = `Run ${number}: ${text.toLowerCase()}${seconds === null ? "" : `, ${format.duration(seconds)}`}`;
        return (
          <Link key={id} to={`/w/${slug}/runs/${id}` as "/"} className={classes.recentBar} data-tone={tone} aria-label={said} title={said}>
            <span style={{ height: `${Math.round(100 * Math.max(LEAST_HEIGHT, (seconds ?? 0) / longest))}%` }} />
          </Link>
        );
      })}
    </span>
  );
}

/** How long it took, or has taken so far. */
export function useTook(): (of: { readonly startedAt: string | null; readonly endedAt: string | null }) => string {
  const format = useFormat();
  return (of) => {
    const seconds = secondsOf(of);
    return seconds === undefined ? "" : format.duration(seconds);
  };
}
