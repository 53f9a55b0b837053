import type { RunSummary } from "@granary/protocol";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { type Format, useFormat } from "../../kit/format.tsx";
import type { moreOf } from "../../kit/list-more.ts";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";
import { RunProgress, useTook } from "./run-state.tsx";
import { CAUSE_WORDS } from "./run-words.ts";
import classes from "./runs.module.css";

interface RunListProps {
  readonly rows: readonly RunSummary[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly more: ReturnType<typeof moreOf>;
  readonly empty: ReactNode;
  /** Within one pipeline its name is not repeated. */
  readonly isOfPipeline?: boolean;
}

/** Runs one below the other. */
export function RunList({ rows, error, onRetry, more, empty, isOfPipeline = false }: RunListProps) {
  const slug = useSlug();
  const format = useFormat();
  const took = useTook();
  const columns: readonly Column<RunSummary>[] = [
    { id: "run", header: "Run", primary: true, cell: (run) => <RunName run={run} slug={slug} isOfPipeline={isOfPipeline} /> },
    { id: "state", header: "State", width: "190px", cell: (run) => <RunProgress run={run} /> },
    { id: "cause", header: "Started by", width: "150px", cell: (run) => <Cause run={run} /> },
    { id: "rows", header: "Rows out", width: "110px", align: "right", cell: ({ counts, startedAt }) => (startedAt === null ? "" : rowsText(counts, format)) },
    { id: "took", header: "Took", width: "100px", align: "right", cell: (run) => took(run) },
    { id: "queued", header: "Queued", width: "140px", cell: ({ queuedAt }) => <RelativeTime at={queuedAt} /> },
  ];
  return (
    <div className={people.frame}>
      <DataList
        label="Runs"
        columns={columns}
        rows={rows}
        rowId={({ id }) => id}
        rowName={({ number, pipeline }) => `run ${number} of ${pipeline.name}`}
        error={error}
        onRetry={onRetry}
        more={more}
        empty={empty}
      />
    </div>
  );
}

function rowsText({ rowsOut, rejected }: RunSummary["counts"], format: Format): ReactNode {
  return (
    <>
      {format.number(rowsOut)}
      {rejected > 0 && <span className={classes.rejected}> {format.number(rejected)} apart</span>}
    </>
  );
}

function Cause({ run }: { readonly run: RunSummary }) {
  return (
    <>
      {CAUSE_WORDS[run.cause]}
      {run.by !== null && <span className="g-soft"> {run.by}</span>}
    </>
  );
}

function RunName({ run, slug, isOfPipeline }: { readonly run: RunSummary; readonly slug: string; readonly isOfPipeline: boolean }) {
  return (
    <span className={people.name}>
      <span className={classes.runName}>
        <Link to={`/w/${slug}/runs/${run.id}` as "/"} className={people.link}>
          {isOfPipeline ? `Run ${run.number}` : `${run.pipeline.name} #${run.number}`}
        </Link>
        {run.isDry && <Label>dry run</Label>}
        {run.partition !== null && <Label>{run.partition}</Label>}
        {isOfPipeline && <span className="g-soft">version {run.pipeline.version}</span>}
      </span>
      {run.fault !== null && <span className={classes.why}>{run.fault.message}</span>}
    </span>
  );
}
