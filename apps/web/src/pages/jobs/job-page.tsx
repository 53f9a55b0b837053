import type { Job } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { jobLogsQuery, jobQuery } from "../../api/jobs.ts";
import { itemsOf } from "../../api/list.ts";
import { Meter } from "../../kit/charts.tsx";
import { CopyId } from "../../kit/copy-id.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { useTopic } from "../../realtime/index.ts";
import { useCrumb } from "../../shell/index.ts";
import { JobActions } from "./job-actions.tsx";
import { JobState } from "./job-state.tsx";
import classes from "./jobs.module.css";

const route = getRouteApi("/w/$workspace/jobs/$job");

/** One job: how far it is, what it said, why it failed. */
export function JobPage() {
  const id = route.useParams().job as Job["id"];
  const { data: job } = useSuspenseQuery(jobQuery({ id }));
  const client = useQueryClient();
  useCrumb(job.title);
  useTopic(`job:${id}`, (message) => {
    if (message.type !== "job" && message.type !== "resync") return;
    if (message.type === "job" && message.job.state === job.state)
      client.setQueryData(jobQuery({ id }).queryKey, { ...job, progress: message.job.progress, attempts: message.job.attempts });
    else void client.invalidateQueries({ queryKey: ["jobs"] });
  });
  return (
    <Page narrow>
      <PageHeader title={job.title} text={<code>{job.name}</code>} beside={<JobState job={job} />} actions={<JobActions job={job} />} />
      {job.error !== null && job.state === "failed" && <ErrorNote error={new SaidError(job.error.message)} />}
      {job.state === "running" && job.progress !== null && (
        <Panel title={job.progress.message ?? "Progress"}>
          <Meter done={job.progress.done} total={job.progress.total} label="Progress" />
        </Panel>
      )}
      <Facts job={job} />
      <Logs id={id} live={job.state === "running"} />
    </Page>
  );
}

function Facts({ job }: { readonly job: Job }) {
  const format = useFormat();
  const took = job.startedAt === null || job.finishedAt === null ? undefined : (Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1_000;
  return (
    <Panel title="Facts">
      <KeyValue
        items={[
          ["Identifier", <CopyId key="id" value={job.id} whole />],
          ["Started by", job.startedBy?.name ?? "Granary"],
          ["Queued", <RelativeTime key="created" at={job.createdAt} />],
          ["Due", <RelativeTime key="run" at={job.runAt} />],
          ["Started", <RelativeTime key="started" at={job.startedAt} none="not yet" />],
          ["Ended", <RelativeTime key="ended" at={job.finishedAt} none="not yet" />],
          ...(took === undefined ? [] : ([["Took", format.duration(took)]] as const)),
          ["Attempts", `${job.attempts} of ${job.maxAttempts}`],
          ["Correlation", <CopyId key="correlation" value={job.correlationId} label="correlation id" whole />],
        ]}
      />
    </Panel>
  );
}

const LIVE_MS = 2_000;

function Logs({ id, live }: { readonly id: Job["id"]; readonly live: boolean }) {
  const format = useFormat();
  const query = useInfiniteQuery({ ...jobLogsQuery({ id }), refetchInterval: live ? LIVE_MS : false });
  const lines = itemsOf(query.data);
  const time = new Intl.DateTimeFormat(format.locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: format.zone });
  return (
    <Panel title="What it said" flush>
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && lines.length === 0 && <EmptyState small title="Nothing yet" text="A job writes here while it works." />}
      {lines.length > 0 && (
        <ol className={classes.log} tabIndex={0} aria-label="Log">
          {lines.map((line) => (
            <li key={line.seq} className={classes.line} data-level={line.level}>
              <time dateTime={line.at} className="g-soft" title={format.exact(line.at)}>
                {time.format(new Date(line.at))}
              </time>
              <span className={classes.level}>{line.level}</span>
              <span className={classes.said}>
                {line.message}
                {line.data !== null && <span className="g-soft"> {JSON.stringify(line.data)}</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
      {query.hasNextPage && (
        <Button variant="subtle" color="gray" fullWidth loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Panel>
  );
}
