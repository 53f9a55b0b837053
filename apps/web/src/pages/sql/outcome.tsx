import { isApiError } from "@granary/client";
import type { SqlCompletions, SqlQuery } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { useEffect, useState } from "react";
import { completionsQuery, type QueryId, sqlQueryQuery } from "../../api/sql.ts";
import { Meter } from "../../kit/charts.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { useSlug } from "../../shell/index.ts";
import { ChartTab } from "./chart-tab.tsx";
import { examplesOf } from "./examples.ts";
import { ResultFacts, ResultsTab } from "./results-tab.tsx";
import classes from "./sql.module.css";
import type { SqlRun } from "./use-run.ts";

/** A running query opened from the history is looked at so often. */
const LOOK_AGAIN_MS = 2_000;

interface OutcomeProps {
  readonly run: SqlRun;
  readonly shown: QueryId | undefined;
  readonly isChart: boolean;
  readonly row: string | undefined;
  readonly cell: string | undefined;
  readonly onOpen: (place: { readonly row?: string | undefined; readonly cell?: string | undefined }) => void;
  readonly onAgain: () => void;
  readonly onExample: (sql: string) => void;
}

/** What came of the last run, or of the query in the address. */
export function Outcome(props: OutcomeProps) {
  const { run, shown } = props;
  const { state } = run;
  if (state.kind === "running") return <Running since={state.since} onCancel={run.cancel} />;
  if (state.kind === "failed")
    return state.problem === undefined ? <ErrorNote error={state.error} onRetry={props.onAgain} /> : <Wrong message={state.problem.message} />;
  if (state.kind === "cancelled") return <EmptyState small title="Cancelled" text="The query was stopped. Nothing was changed." />;
  if (shown === undefined) return <Examples onExample={props.onExample} />;
  return <Shown {...props} shown={shown} />;
}

function Running({ since, onCancel }: { readonly since: number; readonly onCancel: () => void }) {
  const format = useFormat();
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className={classes.running} role="status">
      <Meter done={0} total={null} label="Query" />
      <p>
        <span>Running{now - since >= 1_000 && ` for ${format.duration(Math.floor((now - since) / 1_000))}`}</span>
        <Button variant="default" size="xs" onClick={onCancel}>
          Cancel
        </Button>
      </p>
    </div>
  );
}

/** What is wrong with the query itself; no request id, since nothing failed but the text. */
function Wrong({ message }: { readonly message: string }) {
  return (
    <div className={classes.wrong} role="alert">
      <TriangleAlert size={16} aria-hidden="true" />
      <p>{message}</p>
    </div>
  );
}

const endOf = (query: SqlQuery | undefined): boolean => query !== undefined && query.status !== "running";

function Shown({ shown, isChart, row, cell, onOpen, onAgain, onExample }: OutcomeProps & { readonly shown: QueryId }) {
  const asked = sqlQueryQuery(shown);
  const { data, error, refetch } = useQuery({ ...asked, refetchInterval: ({ state }) => (endOf(state.data) ? false : LOOK_AGAIN_MS) });
  if (isApiError(error, "sql.query_not_found", "request.invalid")) return <Examples onExample={onExample} />;
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  if (data.status === "running") return <EmptyState small title="Still running" text="Its rows are shown here when it has ended." />;
  if (data.status === "cancelled") return <EmptyState small title="Cancelled" text="The query was stopped. Nothing was changed." />;
  if (data.error !== null) return <Wrong message={data.error.message} />;
  return (
    <>
      <ResultFacts query={data} />
      {isChart ? <ChartTab query={data} /> : <ResultsTab query={data} row={row} cell={cell} onOpen={onOpen} onAgain={onAgain} />}
    </>
  );
}

function Examples({ onExample }: Pick<OutcomeProps, "onExample">) {
  const slug = useSlug();
  const { data } = useQuery(completionsQuery());
  if (data === undefined) return <PageSkeleton />;
  if (data.datasets.length === 0) {
    return (
      <EmptyState
        title="No dataset to query yet"
        text="Datasets are the tables of your queries. Import a file, or ask somebody to share one."
        action={<Link to={`/w/${slug}/datasets` as "/"}>Go to the datasets</Link>}
      />
    );
  }
  return (
    <EmptyState small title="Ask your data" text="Write a query, or begin with one of these." action={<ExampleList data={data} onExample={onExample} />} />
  );
}

function ExampleList({ data, onExample }: Pick<OutcomeProps, "onExample"> & { readonly data: SqlCompletions }) {
  return (
    <ul className={classes.examples}>
      {examplesOf(data).map(({ title, sql }) => (
        <li key={title}>
          <button type="button" onClick={() => onExample(sql)}>
            <span>{title}</span>
            <code>{sql.replaceAll("\n", " ")}</code>
          </button>
        </li>
      ))}
    </ul>
  );
}
