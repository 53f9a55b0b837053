import type { ChangeRequest, ChangeRevision } from "@granary/protocol";
import { Button, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { revisionsQuery } from "../../api/changes.ts";
import { rowsOf } from "../../api/list.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { Label, StatusBadge } from "../../kit/status-badge.tsx";
import { RevisionDifference } from "../change-diff/revision-difference.tsx";
import { readSides } from "../dataset-versions/version-words.ts";
import { ORIGIN_WORDS } from "./change-words.ts";
import { CountMarks } from "./count-marks.tsx";
import classes from "./request.module.css";

interface RevisionsTabProps {
  readonly change: ChangeRequest;
  /** Two revisions that are compared, `1..3`. */
  readonly compare: string | undefined;
  readonly onCompare: (sides: string | undefined) => void;
  readonly onShow: (revision: number | undefined) => void;
}

/** Everything that was proposed in a request, newest first; each can be looked at, and two can be compared. */
export function RevisionsTab({ change, compare, onCompare, onShow }: RevisionsTabProps) {
  const query = useInfiniteQuery(revisionsQuery(change.id));
  const revisions = rowsOf(query.data);
  const sides = readSides(compare);
  if (query.error !== null && revisions === undefined) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (revisions === undefined) return <PageSkeleton />;
  const ready = revisions.filter(({ state }) => state === "ready");
  return (
    <div className={classes.stack}>
      {sides === undefined ? null : <Compared change={change} from={Number(sides[0])} to={Number(sides[1])} ready={ready} onCompare={onCompare} />}
      {sides === undefined && (
        <ol className={classes.revisions} aria-label="Revisions">
          {revisions.map((revision) => (
            <Revision
              key={revision.number}
              revision={revision}
              canCompare={change.kind === "rows" && !revision.isCurrent && revision.state === "ready" && change.current !== null}
              onShow={() => onShow(revision.isCurrent ? undefined : revision.number)}
              onCompare={() => onCompare(`${revision.number}..${change.current?.number ?? revision.number}`)}
            />
          ))}
        </ol>
      )}
      {sides === undefined && query.hasNextPage && (
        <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()} style={{ alignSelf: "center" }}>
          Show older revisions
        </Button>
      )}
    </div>
  );
}

interface RevisionProps {
  readonly revision: ChangeRevision;
  readonly canCompare: boolean;
  readonly onShow: () => void;
  readonly onCompare: () => void;
}

function Revision({ revision, canCompare, onShow, onCompare }: RevisionProps) {
  const { number, origin, by, at, note, state, error, fileName, counts, base } = revision;
  return (
    <li className={classes.revision}>
      <span className={classes.revisionNumber}>{number}</span>
      <div className={classes.revisionWords}>
        <p>
          <strong>{by?.name ?? "Somebody who has left"}</strong>
          <span className="g-soft">
            {" "}
            {ORIGIN_WORDS[origin]}
            {fileName !== null && ` (${fileName})`}, over version {base.version}, <RelativeTime at={at} />
          </span>{" "}
          {revision.isCurrent && <Label strong>Current</Label>}
          {state === "computing" && <StatusBadge tone="busy">Comparing</StatusBadge>}
          {state === "failed" && <StatusBadge tone="bad">Failed</StatusBadge>}
        </p>
        {note !== "" && <p className={classes.quote}>“{note}”</p>}
        {error !== null && <p className="g-soft">{error.message}</p>}
        {counts !== null && <CountMarks counts={counts} />}
      </div>
      <div className={classes.revisionActions}>
        {state === "ready" && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={onShow} aria-label={`Show revision ${number}`}>
            Show
          </Button>
        )}
        {canCompare && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={onCompare} aria-label={`What changed since revision ${number}`}>
            What changed since
          </Button>
        )}
      </div>
    </li>
  );
}

interface ComparedProps extends Pick<RevisionsTabProps, "change" | "onCompare"> {
  readonly from: number;
  readonly to: number;
  readonly ready: readonly ChangeRevision[];
}

/** What a later revision proposes otherwise than an earlier one. */
function Compared({ change, from, to, ready, onCompare }: ComparedProps) {
  const options = ready.map(({ number }) => ({ value: String(number), label: `Revision ${number}` }));
  return (
    <>
      <div className={classes.compareBar}>
        <Select
          size="xs"
          aria-label="From"
          data={options.filter(({ value }) => value !== String(to))}
          value={String(from)}
          allowDeselect={false}
          onChange={(value) => onCompare(`${value ?? from}..${to}`)}
        />
        <span aria-hidden="true">→</span>
        <Select
          size="xs"
          aria-label="To"
          data={options.filter(({ value }) => value !== String(from))}
          value={String(to)}
          allowDeselect={false}
          onChange={(value) => onCompare(`${from}..${value ?? to}`)}
        />
        <span className="g-soft">
          The old value is what revision {from} would leave, the new one what revision {to} would.
        </span>
        <Button size="xs" variant="default" onClick={() => onCompare(undefined)}>
          Back to all revisions
        </Button>
      </div>
      <RevisionDifference key={`${from}..${to}`} change={change.id} revision={to} with={from} />
    </>
  );
}
