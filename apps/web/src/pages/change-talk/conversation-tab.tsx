import type { ChangeComment, ChangeRequest, ChangeReview, ChangeRevision } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { commentsQuery, revisionsQuery, useComment, useDismissReview, useUpdateChange } from "../../api/changes.ts";
import { itemsOf } from "../../api/list.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { ORIGIN_WORDS } from "../changes/change-words.ts";
import { CommentBox } from "./comment-box.tsx";
import { CommentThread } from "./comment-thread.tsx";
import classes from "./talk.module.css";
import { type Happening, threadsOf, timelineOf } from "./threads.ts";

interface ConversationTabProps {
  readonly change: ChangeRequest;
  /** Leads to the row or the cell a comment is about. */
  readonly onShow: (comment: ChangeComment) => void;
}

/** What was said of a request and what became of it, in order. */
export function ConversationTab({ change, onShow }: ConversationTabProps) {
  const comments = useInfiniteQuery(commentsQuery(change.id));
  const revisions = useInfiniteQuery(revisionsQuery(change.id));
  const comment = useComment();
  const error = comments.error ?? revisions.error;
  const isThere = comments.data !== undefined && revisions.data !== undefined;
  return (
    <div className={classes.column}>
      <Description change={change} />
      {error !== null && <ErrorNote error={error} onRetry={() => void Promise.all([comments.refetch(), revisions.refetch()])} />}
      {!isThere && error === null && <PageSkeleton />}
      {isThere && (
        <ol className={classes.timeline} aria-label="What happened">
          {timelineOf(itemsOf(revisions.data), change.reviews, threadsOf(itemsOf(comments.data))).map((happening) => (
            <li key={keyOf(happening)}>
              <Happened change={change} happening={happening} onShow={onShow} />
            </li>
          ))}
        </ol>
      )}
      {comments.hasNextPage && (
        <Button variant="default" size="xs" loading={comments.isFetchingNextPage} onClick={() => void comments.fetchNextPage()}>
          Show later comments
        </Button>
      )}
      {change.can.comment && (
        <CommentBox label="Say something about this request" action="Comment" send={(body) => comment.mutateAsync({ change: change.id, body: { body } })} />
      )}
    </div>
  );
}

function keyOf(happening: Happening): string {
  if (happening.kind === "revision") return `revision ${happening.revision.number}`;
  return happening.kind === "review" ? happening.review.id : happening.thread.root.id;
}

function Description({ change }: { readonly change: ChangeRequest }) {
  const [isEditing, setEditing] = useState(false);
  const update = useUpdateChange();
  if (isEditing)
    return (
      <CommentBox
        label="Why this is proposed"
        action="Save"
        start={change.description}
        hasFocus
        mayBeEmpty
        onCancel={() => setEditing(false)}
        send={async (description) => {
          await update.mutateAsync({ change: change.id, body: { description }, version: change.version });
          setEditing(false);
        }}
      />
    );
  return (
    <div>
      <p className={classes.description}>{change.description === "" ? <span className="g-soft">No description.</span> : change.description}</p>
      {change.can.edit && (
        <Button variant="subtle" color="gray" size="compact-xs" ml={-8} onClick={() => setEditing(true)}>
          {change.description === "" ? "Describe it" : "Edit the description"}
        </Button>
      )}
    </div>
  );
}

interface HappenedProps extends ConversationTabProps {
  readonly happening: Happening;
}

function Happened({ change, happening, onShow }: HappenedProps) {
  if (happening.kind === "thread") return <CommentThread change={change.id} thread={happening.thread} canAnswer={change.can.comment} onShow={onShow} />;
  return happening.kind === "revision" ? <Proposed revision={happening.revision} /> : <Reviewed change={change} review={happening.review} />;
}

function Proposed({ revision }: { readonly revision: ChangeRevision }) {
  return (
    <div className={classes.happening}>
      <strong>{revision.by?.name ?? "Somebody who has left"}</strong>
      <span className={classes.soft}>
        proposed revision {revision.number}, {ORIGIN_WORDS[revision.origin]}
        {revision.fileName !== null && ` ${revision.fileName}`}, <RelativeTime at={revision.at} />
      </span>
      {revision.note !== "" && <p>{revision.note}</p>}
    </div>
  );
}

const VERDICTS = {
  approve: { tone: "good", text: "Approved" },
  request_changes: { tone: "warn", text: "Changes requested" },
  comment: { tone: "info", text: "Commented" },
} as const;

function Reviewed({ change, review }: { readonly change: ChangeRequest; readonly review: ChangeReview }) {
  const [isDismissing, setDismissing] = useState(false);
  const dismiss = useDismissReview();
  const { tone, text } = VERDICTS[review.verdict];
  return (
    <div className={classes.happening}>
      <StatusBadge tone={tone}>{text}</StatusBadge>
      <strong>{review.by?.name ?? "Somebody who has left"}</strong>
      <span className={classes.soft}>
        of revision {review.revision}
        {review.isStale && ", stale by now"}, <RelativeTime at={review.at} />
      </span>
      {review.can.dismiss && !isDismissing && (
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setDismissing(true)}>
          Put aside
        </Button>
      )}
      {review.body !== "" && <p>{review.body}</p>}
      {review.dismissed !== null && (
        <p>
          Put aside by {review.dismissed.by?.name ?? "somebody who has left"}: {review.dismissed.reason}
        </p>
      )}
      {isDismissing && (
        <div style={{ flex: "1 1 100%" }}>
          <CommentBox
            label="Why this review no longer counts"
            action="Put aside"
            hasFocus
            onCancel={() => setDismissing(false)}
            send={async (reason) => {
              await dismiss.mutateAsync({ change: change.id, review: review.id, reason });
              setDismissing(false);
            }}
          />
        </div>
      )}
    </div>
  );
}
