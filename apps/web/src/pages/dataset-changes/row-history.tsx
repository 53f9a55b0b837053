import type { RowHistoryEntry } from "@granary/protocol";
import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { rowHistoryQuery } from "../../api/change-rules.ts";
import { itemsOf } from "../../api/list.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { useSlug } from "../../shell/index.ts";
import { Value } from "../change-diff/diff-cell.tsx";
import { Letter } from "../changes/count-marks.tsx";
import classes from "./dataset-changes.module.css";

interface RowHistoryProps {
  readonly dataset: string;
  /** The key as JSON. */
  readonly rowKey: string;
  readonly cell: string | undefined;
}

/** Who set what in a row, when and in which request; looked for when it is asked for. */
export function RowHistory({ dataset, rowKey, cell }: RowHistoryProps) {
  const [scope, setScope] = useState<"row" | "cell">();
  return (
    <section className={classes.history} aria-label="History">
      <div className={classes.historyHead}>
        <h3>History</h3>
        {scope === undefined && (
          <Button size="compact-xs" variant="default" onClick={() => setScope("row")}>
            Who set this, and when
          </Button>
        )}
        {scope !== undefined && cell !== undefined && (
          <SegmentedControl
            size="xs"
            aria-label="History of"
            value={scope}
            onChange={(value) => setScope(value === "cell" ? "cell" : "row")}
            data={[
              { value: "row", label: "Whole row" },
              { value: "cell", label: cell },
            ]}
          />
        )}
      </div>
      {scope !== undefined && <Entries dataset={dataset} rowKey={rowKey} cell={scope === "cell" ? cell : undefined} />}
    </section>
  );
}

function Entries({ dataset, rowKey, cell }: RowHistoryProps) {
  const query = useInfiniteQuery(rowHistoryQuery(dataset, rowKey, cell));
  const entries = itemsOf(query.data);
  const last = query.data?.pages.at(-1);
  if (query.error !== null && query.data === undefined) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Line width="70%" />;
  return (
    <>
      <ol className={classes.entries}>
        {entries.map((entry) => (
          <Entry key={entry.version} entry={entry} />
        ))}
      </ol>
      {entries.length === 0 && <p className="g-soft">Nothing is known of how it came to be.</p>}
      {query.hasNextPage && (
        <Button size="compact-xs" variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show earlier
        </Button>
      )}
      {last?.isWhole === false && !query.hasNextPage && <p className="g-soft">Older versions are let go, so that what was before is not known.</p>}
    </>
  );
}

function Entry({ entry }: { readonly entry: RowHistoryEntry }) {
  const slug = useSlug();
  const { version, at, by, change, kind, cells } = entry;
  return (
    <li>
      <p className={classes.entryHead}>
        <Letter kind={kind} />
        <span>
          {by?.name ?? "The platform"} in version {version}
          {change !== null && (
            <>
              {", "}
              <Link to={`/w/${slug}/changes/${change.number}` as "/"} className={classes.link}>
                #{change.number} {change.title}
              </Link>
            </>
          )}
          , <RelativeTime at={at} />
        </span>
      </p>
      {kind === "modified" && (
        <dl className={classes.entryCells}>
          {cells.map(({ column, before, after }) => (
            <div key={column}>
              <dt>{column}</dt>
              <dd>
                <del>
                  <Value text={before} />
                </del>{" "}
                <ins>
                  <Value text={after} />
                </ins>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
