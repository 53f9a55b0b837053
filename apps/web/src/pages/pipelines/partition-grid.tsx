import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CSSProperties } from "react";
import { itemsOf } from "../../api/list.ts";
import { partitionsQuery } from "../../api/pipelines.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Line } from "../../kit/skeleton.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "./pipelines.module.css";

/** Beside the colour, for those who do not see it. */
const MARKS: Readonly<Record<string, string>> = { succeeded: "✓", failed: "×", running: "…", cancelled: "–", skipped: "–" };

interface PartitionGridProps {
  readonly backfill: Parameters<typeof partitionsQuery>[0];
}

/** Every part of a backfill as a square; one that ran leads to its run. */
export function PartitionGrid({ backfill }: PartitionGridProps) {
  const slug = useSlug();
  const query = useInfiniteQuery(partitionsQuery(backfill));
  const parts = itemsOf(query.data);
  const more = moreOf(query);
  const widest = parts.reduce((most, { partition }) => Math.max(most, partition.length), 0);
  if (query.error !== null) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Line width="70%" height={20} />;
  return (
    <>
      <ul className={classes.parts} aria-label="Parts" style={{ "--part": `${widest + 4}ch` } as CSSProperties}>
        {parts.map(({ partition, state, runId }) => {
          const words = `${partition}: ${state}`;
          const content = (
            <>
              <span aria-hidden="true">{MARKS[state] ?? "·"}</span>
              {partition}
              <span className="g-hidden">: {state}</span>
            </>
          );
          return (
            <li key={partition} data-state={state} title={words}>
              {runId === null ? (
                <span className={classes.part}>{content}</span>
              ) : (
                <Link to={`/w/${slug}/runs/${runId}` as "/"} className={classes.part}>
                  {content}
                </Link>
              )}
            </li>
          );
        })}
      </ul>
      {more.has && (
        <Button variant="default" size="compact-xs" loading={more.loading} onClick={more.load}>
          Show more parts
        </Button>
      )}
    </>
  );
}
