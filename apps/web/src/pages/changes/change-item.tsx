import type { ChangeSummary } from "@granary/protocol";
import { Link } from "@tanstack/react-router";
import MessageSquare from "lucide-react/icons/message-square";
import UserCheck from "lucide-react/icons/user-check";
import { useFormat } from "../../kit/format.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import { STATE_WORDS } from "./change-words.ts";
import classes from "./changes.module.css";
import { CountMarks } from "./count-marks.tsx";

interface ChangeItemProps {
  readonly change: ChangeSummary;
  /** Whether the list is about one dataset, which need not be named then. */
  readonly isOfDataset?: boolean;
}

/** One change request in a list: what it is called, what it changes, how far its review is. */
export function ChangeItem({ change, isOfDataset = false }: ChangeItemProps) {
  const slug = useSlug();
  const { text, tone } = STATE_WORDS[change.state];
  return (
    <li className={classes.item} data-waiting={change.isWaitingForYou || undefined}>
      <div className={classes.itemWords}>
        <p className={classes.itemTitle}>
          <Link to={`/w/${slug}/changes/${change.number}` as "/"} className={classes.itemLink}>
            <span className={classes.number}>#{change.number}</span> {change.title}
          </Link>
          {change.isWaitingForYou && <span className={classes.waits}>waits for you</span>}
        </p>
        <p className={classes.itemText}>
          {!isOfDataset && (
            <>
              <Link to={`/w/${slug}/datasets/${change.dataset.id}` as "/"} className={classes.quietLink}>
                {change.dataset.name}
              </Link>
              {" · "}
            </>
          )}
          {change.author?.name ?? "somebody who has left"} · <RelativeTime at={change.updatedAt} />
          {change.kind === "schema" && " · changes columns"}
        </p>
      </div>
      <div className={classes.itemCounts}>{change.kind === "rows" && <CountMarks counts={change.counts} />}</div>
      <Review change={change} />
      <StatusBadge tone={tone}>{text}</StatusBadge>
    </li>
  );
}

const COUNTED: readonly ChangeSummary["state"][] = ["open", "changes_requested", "approved", "merging"];

function Review({ change }: { readonly change: ChangeSummary }) {
  const format = useFormat();
  const { given, needed } = change.approvals;
  return (
    <span className={classes.itemReview}>
      {COUNTED.includes(change.state) && needed > 0 && (
        <span title={`${given} of ${needed} approvals`} data-whole={given >= needed || undefined} className={classes.approvals}>
          <UserCheck size={13} aria-hidden="true" /> {format.number(given)}/{format.number(needed)}
          <span className="g-hidden"> approvals</span>
        </span>
      )}
      {change.comments > 0 && (
        <span title={`${change.comments} comments`}>
          <MessageSquare size={13} aria-hidden="true" /> {format.number(change.comments)}
          <span className="g-hidden"> comments</span>
        </span>
      )}
    </span>
  );
}
