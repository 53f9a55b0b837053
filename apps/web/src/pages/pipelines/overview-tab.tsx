import type { Pipeline, PipelineTrigger } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import CircleX from "lucide-react/icons/circle-x";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { Suspense, useState } from "react";
import { itemsOf } from "../../api/list.ts";
import { nextRunsQuery } from "../../api/pipelines.ts";
import { pipelineRunsQuery } from "../../api/runs.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import { GraphView } from "../pipeline-builder/graph-view/index.ts";
import { RunState, useTook } from "../runs/run-state.tsx";
import { CAUSE_WORDS } from "../runs/run-words.ts";
import classes from "./pipelines.module.css";

/** What a pipeline does, what is wrong with it, how it ran last, and what starts it. */
export function OverviewTab({ pipeline }: { readonly pipeline: Pipeline }) {
  const [selected, setSelected] = useState<string>();
  const { document, faults } = pipeline;
  return (
    <>
      {document.nodes.length === 0 ? (
        <EmptyState small title="The canvas is empty" text="Open it, place a source, and draw on from there." />
      ) : (
        <Suspense fallback={<div className={classes.graphWaits} aria-hidden="true" />}>
          <GraphView label={`Steps of ${pipeline.name}`} document={document} selected={selected} onSelect={setSelected} height="380px" />
        </Suspense>
      )}
      {faults.length > 0 && <Faults pipeline={pipeline} />}
      <div className={classes.columns}>
        <LastRuns pipeline={pipeline} />
        <div className={classes.stack}>
          <Triggers pipeline={pipeline} />
          <Facts pipeline={pipeline} />
        </div>
      </div>
    </>
  );
}

function Faults({ pipeline }: { readonly pipeline: Pipeline }) {
  const nodes = new Map(pipeline.document.nodes.map((node) => [node.id as string, node.title === "" ? node.id : node.title]));
  return (
    <Panel title="To look at" text="Errors keep it from running; warnings do not.">
      <ul className={classes.faultList}>
        {pipeline.faults.map(({ severity, message, node, path }) => (
          <li key={`${node} ${path} ${message}`} data-severity={severity}>
            {severity === "error" ? <CircleX size={14} aria-label="Error" /> : <TriangleAlert size={14} aria-label="Warning" />}
            <span>
              {node !== null && <strong>{nodes.get(node) ?? node}: </strong>}
              {message}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const SHOWN_RUNS = 6;

function LastRuns({ pipeline }: { readonly pipeline: Pipeline }) {
  const slug = useSlug();
  const took = useTook();
  const query = useInfiniteQuery(pipelineRunsQuery(pipeline.id));
  const runs = itemsOf(query.data).slice(0, SHOWN_RUNS);
  return (
    <Panel
      title="Last runs"
      flush
      actions={
        runs.length > 0 && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            component={Link}
            to={`/w/${slug}/pipelines/${pipeline.id}` as "/"}
            search={{ tab: "runs" } as never}
          >
            All runs
          </Button>
        )
      }
    >
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && runs.length === 0 && (
        <EmptyState small title="It has not run yet" text="Run it by hand, or give it a trigger on the canvas." />
      )}
      <ul className={classes.runs}>
        {runs.map((run) => (
          <li key={run.id}>
            <Link to={`/w/${slug}/runs/${run.id}` as "/"} className={classes.runLink}>
              #{run.number}
            </Link>
            <RunState state={run.state} />
            <span className="g-soft">{CAUSE_WORDS[run.cause]}</span>
            <span className={classes.took}>{took(run)}</span>
            <RelativeTime at={run.queuedAt} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Triggers({ pipeline }: { readonly pipeline: Pipeline }) {
  const { triggers, enabled, document } = pipeline;
  return (
    <Panel title="What starts it" text={enabled || triggers.length === 0 ? undefined : "Paused: it runs by hand only until it is let go on in its settings."}>
      {triggers.length === 0 && <p className={classes.note}>By hand only. Triggers are set on the canvas.</p>}
      <ul className={classes.triggers}>
        {triggers.map(({ id, text, enabled: isOn }) => {
          const rule = document.triggers.find((trigger) => trigger.id === id);
          return (
            <li key={id}>
              <span className={classes.triggerHead}>
                {text}
                {!isOn && <StatusBadge tone="off">off</StatusBadge>}
              </span>
              {rule?.kind === "schedule" && isOn && enabled && <NextTimes rule={rule} />}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

const NEXT_SHOWN = 3;

function NextTimes({ rule }: { readonly rule: Extract<PipelineTrigger, { kind: "schedule" }> }) {
  const { cron, timeZone, gap, overlap } = rule;
  const query = useQuery(nextRunsQuery({ cron, timeZone, gap, overlap, count: NEXT_SHOWN }));
  if (query.data === undefined) return null;
  return (
    <ul className={classes.times} aria-label="Next times">
      {query.data.items.map(({ at, local, note }) => (
        <li key={at}>
          {local} <RelativeTime at={at} />
          {note !== null && <span className="g-soft"> {note}</span>}
        </li>
      ))}
    </ul>
  );
}

function Facts({ pipeline }: { readonly pipeline: Pipeline }) {
  const { document, owner, runsAs } = pipeline;
  const parameters = document.parameters.map(({ name, type, default: value }) => `${name}: ${type}${value === null ? "" : ` = ${value}`}`);
  return (
    <Panel title="Facts">
      <KeyValue
        items={[
          ["Owner", owner?.name ?? "nobody"],
          ["Runs in the name of", runsAs?.name ?? "nobody: save it once"],
          ["Steps", String(pipeline.nodeCount)],
          ...(parameters.length === 0 ? [] : ([["Parameters", parameters.join(", ")]] as const)),
          ["At the same time", document.settings.maxConcurrent === 1 ? "one run" : `${document.settings.maxConcurrent} runs`],
          ["Changed", <RelativeTime key="changed" at={pipeline.updatedAt} />],
        ]}
      />
    </Panel>
  );
}
