import type { Job } from "@granary/protocol";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { rowsOf } from "../../api/list.ts";
import { type JobFilters, jobsQuery, jobStatsQuery } from "../../api/jobs.ts";
import { Meter } from "../../kit/charts.tsx";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { type Format, useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "../people/people.module.css";
import { JobActions } from "./job-actions.tsx";
import { JobState } from "./job-state.tsx";
import own from "./jobs.module.css";
import { useLiveJobs } from "./use-live-jobs.ts";

const route = getRouteApi("/w/$workspace/jobs");

const STATES = [
  { value: "queued", label: "Waiting" },
  { value: "running", label: "Running" },
  { value: "succeeded", label: "Done" },
  { value: "failed", label: "Failed" },
  { value: "cancelled", label: "Cancelled" },
] as const;

function took(job: Job, format: Format): string {
  if (job.startedAt === null) return "";
  const end = job.finishedAt === null ? Date.now() : Date.parse(job.finishedAt);
  return format.duration(Math.max(0, (end - Date.parse(job.startedAt)) / 1_000));
}

/** Work in the background: what waits, runs, has failed, and why. */
export function JobsPage() {
  const { state, name } = route.useSearch();
  const navigate = route.useNavigate();
  const slug = useSlug();
  const format = useFormat();
  const filters = { state, name } as JobFilters;
  const query = useInfiniteQuery(jobsQuery(filters));
  const { data: stats } = useQuery(jobStatsQuery());
  useLiveJobs();
  const columns: readonly Column<Job>[] = [
    {
      id: "title",
      header: "Job",
      primary: true,
      cell: (job) => (
        <span className={classes.name}>
          <Link to={`/w/${slug}/jobs/${job.id}` as "/"} className={classes.link}>
            {job.title}
          </Link>
          {job.error !== null && job.state === "failed" && <span className={own.why}>{job.error.message}</span>}
          {job.state === "running" && job.progress !== null && (
            <span className={own.progress}>
              <Meter done={job.progress.done} total={job.progress.total} label={`Progress of ${job.title}`} />
              {job.progress.message !== null && <span className="g-soft">{job.progress.message}</span>}
            </span>
          )}
        </span>
      ),
    },
    { id: "state", header: "State", width: "120px", cell: (job) => <JobState job={job} /> },
    { id: "by", header: "Started by", width: "160px", deskOnly: true, cell: (job) => job.startedBy?.name ?? <span className="g-soft">Granary</span> },
    { id: "attempts", header: "Attempts", width: "90px", align: "right", cell: (job) => `${job.attempts} of ${job.maxAttempts}` },
    { id: "took", header: "Took", width: "100px", align: "right", cell: (job) => took(job, format) },
    { id: "created", header: "Queued", width: "140px", cell: (job) => <RelativeTime at={job.createdAt} /> },
  ];
  return (
    <Page>
      <PageHeader title="Jobs" text="Work in the background. It survives restarts; what a lost worker held is taken over by another." />
      {stats !== undefined && (
        <ul className={own.tiles} aria-label="Jobs by state, ended ones of the last 24 hours">
          {STATES.map(({ value, label }) => (
            <li key={value} className={own.tile}>
              <span className={own.figure}>{format.number(stats.states[value])}</span>
              <span className="g-soft">{label}</span>
            </li>
          ))}
          <li className={own.tile}>
            <span className={own.figure}>{stats.oldestWaitS > 0 ? format.duration(stats.oldestWaitS) : "none"}</span>
            <span className="g-soft">Longest wait</span>
          </li>
        </ul>
      )}
      <FilterBar
        values={{ state, name }}
        onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true })}
        filters={[
          { kind: "choice", name: "state", label: "State", any: "Any state", options: STATES },
          { kind: "choice", name: "name", label: "Kind", any: "Any kind", options: (stats?.names ?? []).map((job) => ({ value: job.name, label: job.title })) },
        ]}
      />
      <div className={classes.frame}>
        <DataList
          label="Jobs"
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={(job) => job.id}
          rowName={(job) => job.title}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          rowAction={(job) => <JobActions job={job} small />}
          empty={<EmptyState title="No job fits" text="Imports, mails and maintenance appear here while they wait and run, and for thirty days after." />}
        />
      </div>
    </Page>
  );
}
