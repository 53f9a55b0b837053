import type { ChangeRequest, ChangeRevision } from "@granary/protocol";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Meter } from "../../kit/charts.tsx";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { useSlug } from "../../shell/index.ts";
import { LoadIssues } from "../datasets/load-issues.tsx";
import classes from "./request.module.css";

type Banner = { readonly change: ChangeRequest };

/** What stands above a request: how it ended, what it comes from, and what is being computed. */
export function RequestBanners({ change }: Banner) {
  return (
    <>
      <Ended change={change} />
      <Relations change={change} />
      <Merging change={change} />
      {change.pending !== null && <Pending change={change} revision={change.pending} />}
    </>
  );
}

function Note({ tone, children }: { readonly tone?: "good"; readonly children: ReactNode }) {
  return (
    <div className={classes.banner} data-tone={tone}>
      {children}
    </div>
  );
}

function Reference({ of }: { readonly of: NonNullable<ChangeRequest["reverts"]> }) {
  const slug = useSlug();
  return (
    <Link to={`/w/${slug}/changes/${of.number}` as "/"} className={classes.link}>
      #{of.number} {of.title}
    </Link>
  );
}

function Ended({ change }: Banner) {
  const slug = useSlug();
  const { merged, closed, revertedBy, dataset } = change;
  if (merged !== null)
    return (
      <Note tone="good">
        <p>
          Merged by {merged.by?.name ?? "somebody who has left"} <RelativeTime at={merged.at} /> as{" "}
          <Link to={`/w/${slug}/datasets/${dataset.id}` as "/"} search={{ version: String(merged.version) } as never} className={classes.link}>
            version {merged.version}
          </Link>
          {merged.bypass !== null && <>, past missing approvals: “{merged.bypass}”</>}.
          {revertedBy !== null && (
            <>
              {" "}
              Taken back by <Reference of={revertedBy} />.
            </>
          )}
        </p>
      </Note>
    );
  if (closed === null) return null;
  return (
    <Note>
      <p>
        Closed by {closed.by?.name ?? "somebody who has left"} <RelativeTime at={closed.at} /> without being merged
        {closed.reason === "" ? "." : `: “${closed.reason}”`}
        {change.state === "superseded" && " A newer request came in its place."}
      </p>
    </Note>
  );
}

function Relations({ change }: Banner) {
  const { reverts, follows, followedBy } = change;
  if (reverts === null && follows === null && followedBy.length === 0) return null;
  return (
    <p className={classes.relations}>
      {reverts !== null && (
        <span>
          Takes back <Reference of={reverts} />.
        </span>
      )}
      {follows !== null && (
        <span>
          Split off <Reference of={follows} />.
        </span>
      )}
      {followedBy.map((other) => (
        <span key={other.id}>
          A part went on as <Reference of={other} />.
        </span>
      ))}
    </p>
  );
}

function Merging({ change }: Banner) {
  if (change.state === "merging")
    return (
      <Note>
        <div className={classes.progress} role="status">
          <p>Merging. What others changed meanwhile is compared, and every rule of the dataset is checked on the merged rows.</p>
          <Meter done={0} total={null} label="Merge" />
          <JobLink id={change.mergeJobId} />
        </div>
      </Note>
    );
  if (change.mergeError === null || change.merged !== null) return null;
  return <Fault title="It could not be merged." error={change.mergeError} />;
}

function JobLink({ id }: { readonly id: string | null }) {
  const slug = useSlug();
  return id === null ? null : (
    <Link to={`/w/${slug}/jobs/${id}` as "/"} className={classes.link}>
      See the job
    </Link>
  );
}

function Fault({ title, error, action }: { readonly title: string; readonly error: NonNullable<ChangeRevision["error"]>; readonly action?: ReactNode }) {
  return (
    <div className={classes.fault}>
      <ErrorNote error={new SaidError(`${title} ${error.message}`)} />
      <LoadIssues error={error} />
      {action}
    </div>
  );
}

/** A newer revision that is not there yet, or could not be made. */
function Pending({ change, revision }: Banner & { readonly revision: ChangeRevision }) {
  const slug = useSlug();
  const again = change.can.propose && change.kind === "rows" && (
    <div>
      <Button
        size="xs"
        variant="default"
        renderRoot={(props) => (
          <Link to="/w/$workspace/changes/new" params={{ workspace: slug }} search={{ change: String(change.number) } as never} {...props} />
        )}
      >
        Try another file
      </Button>
    </div>
  );
  if (revision.state === "failed" && revision.error !== null)
    return <Fault title={`Revision ${revision.number} could not be compared with the dataset.`} error={revision.error} action={again} />;
  const { progress } = revision;
  return (
    <Note>
      <div className={classes.progress} role="status">
        <p>
          Comparing revision {revision.number} with version {revision.base.version}
          {progress?.message != null && `: ${progress.message}`}. You can leave this page; it goes on.
        </p>
        <Meter done={progress?.done ?? 0} total={progress?.total ?? null} label="Comparison" />
        <JobLink id={revision.jobId} />
      </div>
    </Note>
  );
}
