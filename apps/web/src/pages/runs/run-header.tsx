import type { Run } from "@granary/protocol";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import Pause from "lucide-react/icons/pause";
import Play from "lucide-react/icons/play";
import RotateCw from "lucide-react/icons/rotate-cw";
import Square from "lucide-react/icons/square";
import Undo from "lucide-react/icons/undo-2";
import { useState } from "react";
import { Meter } from "../../kit/charts.tsx";
import { useFormat } from "../../kit/format.tsx";
import { PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";
import { FaultNote } from "./fault-note.tsx";
import { RetryDialog } from "./retry-dialog.tsx";
import { RunState, useTook } from "./run-state.tsx";
import { CAUSE_WORDS, isOver } from "./run-words.ts";
import classes from "./runs.module.css";
import { useRunActions } from "./use-run-actions.tsx";

/** Which run it is, how far it is, and what can be done with it. */
export function RunHeader({ run }: { readonly run: Run }) {
  return (
    <>
      <PageHeader
        title={`${run.pipeline.name} #${run.number}`}
        beside={
          <>
            <RunState state={run.state} />
            {run.isDry && <Label>dry run, nothing is written</Label>}
          </>
        }
        actions={<Actions run={run} />}
      />
      <Facts run={run} />
      {run.fault !== null && run.state === "failed" && <FaultNote fault={run.fault} />}
      {!isOver(run.state) && <Progress run={run} />}
    </>
  );
}

function Actions({ run }: { readonly run: Run }) {
  const actions = useRunActions(run);
  const [isRetrying, setRetrying] = useState(false);
  const { can } = run;
  return (
    <>
      {can.resume && (
        <Button variant="default" leftSection={<Play size={15} />} loading={actions.isSending} onClick={actions.resume}>
          Resume
        </Button>
      )}
      {can.pause && (
        <Button variant="default" leftSection={<Pause size={15} />} loading={actions.isSending} onClick={actions.pause}>
          Pause
        </Button>
      )}
      {can.cancel && (
        <Button variant="default" leftSection={<Square size={13} />} onClick={actions.cancel}>
          Cancel
        </Button>
      )}
      {can.rollBack && (
        <Button variant="default" leftSection={<Undo size={15} />} onClick={actions.rollBack}>
          Roll back
        </Button>
      )}
      {can.retry && (
        <Button leftSection={<RotateCw size={15} />} onClick={() => setRetrying(true)}>
          Retry
        </Button>
      )}
      {isRetrying && <RetryDialog run={run} onClose={() => setRetrying(false)} />}
    </>
  );
}

function Facts({ run }: { readonly run: Run }) {
  const slug = useSlug();
  const format = useFormat();
  const took = useTook()(run);
  const { counts } = run;
  return (
    <p className={classes.facts}>
      <span>
        <Link to={`/w/${slug}/pipelines/${run.pipeline.id}` as "/"} className={people.link}>
          {run.pipeline.name}
        </Link>{" "}
        version {run.pipeline.version}
      </span>
      <span>
        {CAUSE_WORDS[run.cause]}
        {run.by !== null && ` (${run.by})`}, <RelativeTime at={run.queuedAt} />
      </span>
      {took !== "" && <span>{isOver(run.state) ? `took ${took}` : `for ${took}`}</span>}
      {run.startedAt !== null && (
        <span>
          {format.number(counts.rowsIn)} rows in, {format.number(counts.rowsOut)} out
          {counts.rejected > 0 && `, ${format.number(counts.rejected)} kept apart`}
          {counts.bytes > 0 && `, ${format.bytes(counts.bytes)}`}
        </span>
      )}
      {run.interval !== null && (
        <span>
          for {format.moment(run.interval.start)} to {format.moment(run.interval.end)}
        </span>
      )}
      {Object.entries(run.parameters).map(([name, value]) => (
        <span key={name}>
          <span className="g-mono">{name}</span> = {value ?? "null"}
        </span>
      ))}
      <Origin run={run} />
    </p>
  );
}

function Origin({ run }: { readonly run: Run }) {
  const slug = useSlug();
  const origins = [
    ["retries", run.retryOf],
    ["replays rows of", run.replayOf],
  ] as const;
  return origins.map(([words, id]) =>
    id === null ? null : (
      <span key={words}>
        {words}{" "}
        <Link to={`/w/${slug}/runs/${id}` as "/"} className={people.link}>
          an earlier run
        </Link>
      </span>
    ),
  );
}

function Progress({ run }: { readonly run: Run }) {
  const words =
    run.state === "queued"
      ? (run.waitingFor ?? "It begins as soon as a worker is free.")
      : run.state === "paused"
        ? "Paused; what is finished is kept."
        : undefined;
  return (
    <div className={classes.running}>
      {run.state !== "paused" && run.state !== "queued" && (
        <Meter done={run.progress ?? 0} total={run.progress === null ? null : 1} label="Progress of the run" />
      )}
      <p className={classes.note}>
        {words}
        {words === undefined && run.progress !== null && `${Math.floor(run.progress * 100)}% `}
        {words === undefined && run.expectedEndAt !== null && (
          <>
            done <RelativeTime at={run.expectedEndAt} />, going by earlier runs
          </>
        )}
      </p>
    </div>
  );
}
