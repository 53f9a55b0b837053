import type { SchemaHistoryEntry } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { schemaHistoryQuery } from "../../api/dataset-schema.ts";
import { rowsOf } from "../../api/list.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { differenceText } from "./difference-text.ts";
import classes from "./schema.module.css";

/** How the columns came to be what they are. */
export function SchemaHistory({ dataset, onOpen }: { readonly dataset: string; readonly onOpen: (version: string) => void }) {
  const query = useInfiniteQuery(schemaHistoryQuery(dataset));
  const entries = rowsOf(query.data);
  if (query.error !== null) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (entries === undefined) return null;
  return (
    <Panel title="History" flush>
      <ol className={classes.history}>
        {entries.map((entry) => (
          <Entry key={entry.version} entry={entry} onOpen={onOpen} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button variant="subtle" color="gray" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </Panel>
  );
}

function Entry({ entry, onOpen }: { readonly entry: SchemaHistoryEntry; readonly onOpen: (version: string) => void }) {
  const { version, dataVersion, changes, columns, dropped, by, at, reason } = entry;
  return (
    <li className={classes.entry}>
      <span className={classes.number}>{version}</span>
      <div className={classes.about}>
        {version === 1 ? (
          <span>
            {columns.length} {columns.length === 1 ? "column" : "columns"} as they were found in the first file
          </span>
        ) : (
          changes.map((change) => <span key={`${change.kind} ${change.column ?? ""}`}>{differenceText(change)}</span>)
        )}
        {reason !== "" && <em>“{reason}”</em>}
        {dropped.length > 0 && (
          <span className={classes.dropped}>
            <span className={classes.soft}>Dropped:</span>
            {dropped.map(({ id, name }) => (
              <span key={id} className={classes.gone}>
                {name}
              </span>
            ))}
          </span>
        )}
        <span className={classes.soft}>
          {by === null ? "" : `${by.name}, `}
          <RelativeTime at={at} />, since{" "}
          <Button variant="transparent" size="compact-xs" p={0} onClick={() => onOpen(String(dataVersion))}>
            version {dataVersion}
          </Button>
        </span>
      </div>
    </li>
  );
}
