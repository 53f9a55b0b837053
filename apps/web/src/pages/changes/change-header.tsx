import type { ChangeRequest, ChangeReview } from "@granary/protocol";
import { ActionIcon, Button, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import CircleCheck from "lucide-react/icons/circle-check";
import CircleDashed from "lucide-react/icons/circle-dashed";
import MessageSquare from "lucide-react/icons/message-square";
import Pencil from "lucide-react/icons/pencil";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { useState } from "react";
import { useUpdateChange } from "../../api/changes.ts";
import { useSession } from "../../api/session.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import { STATE_WORDS } from "./change-words.ts";
import { CountMarks } from "./count-marks.tsx";
import classes from "./request.module.css";

interface ChangeHeaderProps {
  readonly change: ChangeRequest;
  /** Shows what a later revision proposes otherwise, `1..3`. */
  readonly onCompare: (sides: string) => void;
}

/** What a request is called, where it stands, and who looked at it. */
export function ChangeHeader({ change, onCompare }: ChangeHeaderProps) {
  const [isEditing, setEditing] = useState(false);
  const { text, tone } = STATE_WORDS[change.state];
  return (
    <>
      <PageHeader
        title={`#${change.number} ${change.title}`}
        beside={
          <>
            {change.can.edit && (
              <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Edit the title" onClick={() => setEditing((is) => !is)}>
                <Pencil size={14} />
              </ActionIcon>
            )}
            <StatusBadge tone={tone}>{text}</StatusBadge>
          </>
        }
      />
      {isEditing && <TitleForm change={change} onEnd={() => setEditing(false)} />}
      <Facts change={change} />
      <Reviewers change={change} onCompare={onCompare} />
    </>
  );
}

function TitleForm({ change, onEnd }: { readonly change: ChangeRequest; readonly onEnd: () => void }) {
  const [title, setTitle] = useState(change.title);
  const update = useUpdateChange();
  const save = () => update.mutate({ change: change.id, body: { title: title.trim() }, version: change.version }, { onSuccess: onEnd });
  return (
    <form
      className={classes.titleForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (title.trim() !== "") save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onEnd();
      }}
    >
      <TextInput aria-label="Title" value={title} maxLength={200} onChange={(event) => setTitle(event.currentTarget.value)} autoFocus />
      <Button type="submit" size="sm" loading={update.isPending} disabled={title.trim() === ""}>
        Save
      </Button>
      <Button variant="default" size="sm" onClick={onEnd}>
        Cancel
      </Button>
      {update.error !== null && <ErrorNote error={update.error} />}
    </form>
  );
}

function Facts({ change }: { readonly change: ChangeRequest }) {
  const slug = useSlug();
  const { dataset, author, coAuthors, current, headVersion, createdAt, kind } = change;
  const isOver = change.merged !== null || change.closed !== null;
  return (
    <p className={classes.facts}>
      <span>
        <Link to={`/w/${slug}/datasets/${dataset.id}` as "/"} className={classes.link}>
          {dataset.name}
        </Link>
      </span>
      <span>
        {author?.name ?? "somebody who has left"}
        {coAuthors.length > 0 && ` with ${coAuthors.map(({ name }) => name).join(", ")}`}, <RelativeTime at={createdAt} />
      </span>
      {current !== null && (
        <span>
          version {current.base.version}
          {!isOver && headVersion !== current.base.version && ` → ${headVersion}`}
        </span>
      )}
      {current !== null && <span>revision {current.number}</span>}
      {kind === "rows" && <CountMarks counts={change.counts} />}
    </p>
  );
}

const VERDICTS = {
  approve: { icon: CircleCheck, text: "approved", tone: "good" },
  request_changes: { icon: TriangleAlert, text: "requested changes", tone: "warn" },
  comment: { icon: MessageSquare, text: "commented", tone: "idle" },
} as const;

/** Of each person the newest verdict that was not put aside. */
function lastVerdicts(reviews: readonly ChangeReview[]): readonly ChangeReview[] {
  const byPerson = new Map<string, ChangeReview>();
  for (const review of reviews.toSorted((a, b) => (a.at < b.at ? -1 : 1)))
    if (review.dismissed === null && review.by !== null) byPerson.set(review.by.id, review);
  return [...byPerson.values()];
}

function Reviewers({ change, onCompare }: ChangeHeaderProps) {
  const { user } = useSession();
  const verdicts = lastVerdicts(change.reviews);
  const mine = verdicts.find(({ by }) => by?.id === user.id);
  if (verdicts.length === 0) return null;
  return (
    <ul className={classes.reviewers} aria-label="Reviewers">
      {verdicts.map(({ id, verdict, by, isStale, revision }) => {
        const { icon: Icon, text, tone } = VERDICTS[verdict];
        return (
          <li key={id} data-tone={isStale ? "idle" : tone}>
            {isStale ? <CircleDashed size={13} aria-hidden="true" /> : <Icon size={13} aria-hidden="true" />}
            {by?.name} {text}
            {isStale && ` (revision ${revision}, stale)`}
          </li>
        );
      })}
      {mine?.isStale === true && change.current !== null && change.kind === "rows" && (
        <li>
          <button type="button" className={classes.why} onClick={() => onCompare(`${mine.revision}..${change.current?.number ?? mine.revision}`)}>
            What changed since you reviewed
          </button>
        </li>
      )}
    </ul>
  );
}
