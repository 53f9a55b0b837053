import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { activityQuery } from "../../api/activity.ts";
import { catalogQuery } from "../../api/dataset-catalog.ts";
import { itemsOf } from "../../api/list.ts";
import { useMay, useSession } from "../../api/session.ts";
import { useShownAt } from "../../kit/clock.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import { Checklist } from "./checklist.tsx";
import classes from "./home.module.css";
import { FailedRuns } from "./failed-runs.tsx";
import { ImportTile } from "./import-tile.tsx";
import { WaitingChanges } from "./waiting-changes.tsx";

const RECENT = 8;

function greeting(hour: number): string {
  if (hour < 5) return "Good night";
  if (hour < 12) return "Good morning";
  return hour < 18 ? "Good afternoon" : "Good evening";
}

/** What is here, what happened, and what to do next. */
export function HomePage() {
  const { user, workspace, features } = useSession();
  const now = useShownAt();
  const mayReadDatasets = useMay("dataset:read");
  const mayReadChanges = useMay("change:read");
  const mayReadPipelines = useMay("pipeline:read");
  const mayReadActivity = useMay("activity:read");
  const firstName = user.name.split(" ")[0] ?? user.name;
  return (
    <Page>
      <PageHeader
        title={`${greeting(new Date(now).getHours())}, ${firstName}`}
        text={workspace === null ? undefined : `This is what ${workspace.name} holds and what changed lately.`}
      />
      <Checklist />
      {mayReadChanges && <WaitingChanges />}
      {mayReadPipelines && <FailedRuns />}
      {features["importData"] === true && <ImportTile />}
      <div className={classes.columns}>
        {mayReadDatasets && <RecentDatasets />}
        {mayReadActivity && <RecentActivity />}
      </div>
    </Page>
  );
}

function RecentDatasets() {
  const slug = useSlug();
  const format = useFormat();
  const query = useInfiniteQuery(catalogQuery({}));
  const items = itemsOf(query.data).slice(0, RECENT);
  return (
    <Panel
      title="Datasets"
      flush
      actions={
        items.length === 0 ? undefined : (
          <Button component={Link} to={`/w/${slug}/datasets`} variant="subtle" color="gray" size="compact-xs">
            All datasets
          </Button>
        )
      }
    >
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Waiting />}
      {query.data !== undefined && items.length === 0 && (
        <EmptyState small title="No dataset yet" text="The files you import and the tables pipelines write appear here." />
      )}
      <ul className={classes.list}>
        {items.map((dataset) => (
          <li key={dataset.id} className={classes.item}>
            <span className={classes.main}>
              <Link to={`/w/${slug}/datasets/${dataset.id}` as "/"} className={classes.link}>
                {dataset.name}
              </Link>
              {dataset.status !== "ready" && <StatusBadge tone={dataset.status === "failed" ? "bad" : "busy"}>{dataset.status}</StatusBadge>}
            </span>
            <span className={classes.side}>{dataset.rows === null ? "" : `${format.number(dataset.rows)} rows`}</span>
            <span className={classes.when}>
              <RelativeTime at={dataset.updatedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function RecentActivity() {
  const slug = useSlug();
  const query = useInfiniteQuery(activityQuery({}, RECENT));
  const items = itemsOf(query.data).slice(0, RECENT);
  return (
    <Panel
      title="Activity"
      flush
      actions={
        <Button component={Link} to={`/w/${slug}/activity`} variant="subtle" color="gray" size="compact-xs">
          All activity
        </Button>
      }
    >
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Waiting />}
      {query.data !== undefined && items.length === 0 && (
        <EmptyState small title="Nothing has happened yet" text="Every change in this workspace is written down here, with who did it." />
      )}
      <ul className={classes.list}>
        {items.map((entry) => (
          <li key={entry.id} className={classes.item}>
            <span className={classes.main}>
              <span className={classes.sentence}>{entry.text}</span>
              {entry.result !== "success" && <StatusBadge tone={entry.result === "denied" ? "warn" : "bad"}>{entry.result}</StatusBadge>}
            </span>
            <span className={classes.when}>
              <RelativeTime at={entry.at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Waiting() {
  return (
    <div className={classes.waiting} role="status" aria-label="Loading">
      {["70%", "55%", "62%", "48%"].map((width) => (
        <Line key={width} width={width} />
      ))}
    </div>
  );
}
