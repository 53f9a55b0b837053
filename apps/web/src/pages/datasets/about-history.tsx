import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { changesQuery } from "../../api/dataset-catalog.ts";
import { rowsOf } from "../../api/list.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import classes from "./about.module.css";

/** A value of what is said about a dataset, as a reader would say it. */
export function sayValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "nothing" : value.join(", ");
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? "nothing" : entries.map(([name, text]) => `${name}: ${String(text)}`).join(", ");
}

/** Who changed what is said about a dataset, newest first. */
export function AboutHistory({ dataset }: { readonly dataset: string }) {
  const query = useInfiniteQuery(changesQuery(dataset));
  const rows = rowsOf(query.data);
  if (query.error !== null) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (rows === undefined) return <Line width="70%" />;
  if (rows.length === 0) return <EmptyState small title="No change yet" text="Edits of name, description, tags and the rest are kept here." />;
  return (
    <>
      <ul className={classes.history}>
        {rows.map((row, index) => (
          <li key={`${row.at} ${index}`}>
            <strong>{row.by.name}</strong>{" "}
            <span className="g-soft">
              <RelativeTime at={row.at} />
            </span>
            {row.changes.map(({ field, before, after }) => (
              <p key={field} className={classes.change}>
                {field}: <del>{sayValue(before)}</del> → <ins>{sayValue(after)}</ins>
              </p>
            ))}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}
