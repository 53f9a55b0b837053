import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { pipelinesQuery } from "../../api/pipelines.ts";
import { itemsOf } from "../../api/list.ts";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { useSlug } from "../../shell/index.ts";
import { RunState } from "../runs/run-state.tsx";
import classes from "./home.module.css";

const SHOWN = 5;

/** Pipelines whose last run failed; nothing where all is well. */
export function FailedRuns() {
  const slug = useSlug();
  const query = useInfiniteQuery(pipelinesQuery({ state: "failing" }));
  const items = itemsOf(query.data).flatMap(({ lastRun }) => (lastRun === null ? [] : [lastRun]));
  if (items.length === 0) return null;
  return (
    <Panel
      title="Failed runs"
      flush
      actions={
        <Button component={Link} to={`/w/${slug}/runs` as "/"} search={{ state: "failed" } as never} variant="subtle" color="gray" size="compact-xs">
          All that failed
        </Button>
      }
    >
      <ul className={classes.list} aria-label="Pipelines whose last run failed">
        {items.slice(0, SHOWN).map((run) => (
          <li key={run.id} className={classes.item}>
            <span className={classes.main}>
              <Link to={`/w/${slug}/runs/${run.id}` as "/"} className={classes.link}>
                {run.pipeline.name} #{run.number}
              </Link>
              <RunState state={run.state} />
              {run.fault !== null && <span className="g-soft">{run.fault.message}</span>}
            </span>
            <span className={classes.when}>
              <RelativeTime at={run.endedAt ?? run.queuedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
