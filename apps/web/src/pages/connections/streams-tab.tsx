import type { ConfigSchema, Connection, DiscoveredStream } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Plus from "lucide-react/icons/plus";
import RefreshCw from "lucide-react/icons/refresh-cw";
import { type ReactNode, useState } from "react";
import { streamsQuery, useRefreshStreams } from "../../api/connections.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { useFormat } from "../../kit/format.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { type connectionSearch, streamName } from "./connection-words.ts";
import classes from "./connections.module.css";
import { DescribeStream } from "./describe-stream.tsx";
import { DriftReport } from "./drift-report.tsx";
import { StreamDetail } from "./stream-detail.tsx";

type Search = ReturnType<typeof connectionSearch>;

interface StreamsTabProps {
  readonly connection: Connection;
  /** How a stream is described that the source does not tell of. */
  readonly schema: ConfigSchema | undefined;
  readonly search: Search;
  readonly onSearch: (search: Search, isStep?: boolean) => void;
}

const NO_CHANGES: readonly [] = [];

/** More are not drawn; a search finds the rest. */
const MOST_SHOWN = 500;

/** What can be read from a connection: find it, look at its columns and first rows, use it. */
export function StreamsTab({ connection, schema, search, onSearch }: StreamsTabProps) {
  const query = useQuery(streamsQuery(connection.id, search.q));
  const refresh = useRefreshStreams();
  const [isDescribing, setDescribing] = useState(search.config !== undefined);
  const items = query.data?.items ?? [];
  const chosen = chosenOf(items, search);
  const go = (part: Search, isStep?: boolean) => onSearch({ ...search, tab: "streams", ...part }, isStep);
  const choose = (stream: DiscoveredStream) => {
    setDescribing(false);
    onSearch(searchWith(search, stream), true);
  };
  const run = () =>
    refresh.mutate(connection.id, { onSuccess: ({ changes }) => changes.length === 0 && toastDone("Nothing has changed", "What can be read is as it was.") });
  const isSilent = isBare(query.data?.items, search);
  const detail = detailOf({ connection, schema, describes: isDescribing || isSilent, chosen, search, onSearch: go });
  return (
    <>
      <StreamsBar
        search={search}
        onSearch={onSearch}
        discoveredAt={query.data?.discoveredAt}
        onDescribe={schema === undefined ? undefined : () => setDescribing(true)}
        isLooking={refresh.isPending}
        onLook={run}
      />
      {refresh.error !== null && <ErrorNote error={refresh.error} onRetry={run} />}
      <DriftReport changes={refresh.data?.changes ?? NO_CHANGES} />
      <Split error={query.isLoadingError ? query.error : null} onRetry={() => void query.refetch()}>
        <StreamList items={items} isLoading={query.isPending} isSearched={search.q !== undefined} chosen={chosen} onChoose={choose} />
        <div className={classes.detail}>{detail ?? <EmptyState small title="Choose one" text="Its columns, keys and first rows appear here." />}</div>
      </Split>
    </>
  );
}

/** A source that tells of nothing is described by people. */
const isBare = (items: readonly DiscoveredStream[] | undefined, { q }: Search): boolean => items?.length === 0 && q === undefined;

function searchWith({ q }: Search, { name, namespace }: DiscoveredStream): Search {
  return { tab: "streams", stream: name, ...(q !== undefined && { q }), ...(namespace !== null && { namespace }) };
}

function chosenOf(items: readonly DiscoveredStream[], { stream, namespace }: Search): DiscoveredStream | undefined {
  return items.find((item) => item.name === stream && (namespace === undefined || item.namespace === namespace));
}

function Split({ error, onRetry, children }: { readonly error: unknown; readonly onRetry: () => void; readonly children: ReactNode }) {
  return error === null ? <div className={classes.split}>{children}</div> : <ErrorNote error={error} onRetry={onRetry} />;
}

interface DetailChoice extends Pick<StreamsTabProps, "connection" | "search" | "onSearch"> {
  readonly schema: ConfigSchema | undefined;
  readonly describes: boolean;
  readonly chosen: DiscoveredStream | undefined;
}

function detailOf({ connection, schema, describes, chosen, search, onSearch }: DetailChoice): ReactNode {
  if (describes && schema !== undefined) return <DescribeStream connection={connection} schema={schema} search={search} onSearch={onSearch} />;
  return chosen === undefined ? undefined : <StreamDetail key={streamName(chosen)} connection={connection} stream={chosen} config={{}} />;
}

interface StreamsBarProps {
  readonly search: Search;
  readonly onSearch: StreamsTabProps["onSearch"];
  readonly discoveredAt: string | undefined;
  readonly onDescribe: (() => void) | undefined;
  readonly isLooking: boolean;
  readonly onLook: () => void;
}

function StreamsBar({ search, onSearch, discoveredAt, onDescribe, isLooking, onLook }: StreamsBarProps) {
  const find = ({ q }: { readonly q?: string | undefined }) => {
    const { q: _, ...rest } = search;
    onSearch({ ...rest, tab: "streams", ...(q !== undefined && { q }) }, false);
  };
  return (
    <div className={classes.streamsBar}>
      <FilterBar values={{ q: search.q }} onChange={find} filters={[{ kind: "text", name: "q", label: "Search names and columns" }]} />
      <span className={classes.streamsSide}>
        {discoveredAt !== undefined && (
          <span className="g-soft">
            Looked through <RelativeTime at={discoveredAt} />
          </span>
        )}
        {onDescribe !== undefined && (
          <Button variant="default" size="xs" leftSection={<Plus size={13} />} onClick={onDescribe}>
            Describe a stream
          </Button>
        )}
        <Button variant="default" size="xs" leftSection={<RefreshCw size={13} />} loading={isLooking} onClick={onLook}>
          Look again
        </Button>
      </span>
    </div>
  );
}

interface StreamListProps {
  readonly items: readonly DiscoveredStream[];
  readonly isLoading: boolean;
  readonly isSearched: boolean;
  readonly chosen: DiscoveredStream | undefined;
  readonly onChoose: (stream: DiscoveredStream) => void;
}

function byNamespace(items: readonly DiscoveredStream[]): readonly (readonly [string, readonly DiscoveredStream[]])[] {
  return [...Map.groupBy(items.slice(0, MOST_SHOWN), ({ namespace }) => namespace ?? "")];
}

function StreamList({ items, isLoading, isSearched, chosen, onChoose }: StreamListProps) {
  const format = useFormat();
  if (isLoading)
    return (
      <div className={classes.tree} role="status" aria-label="Looking what is there">
        {["72%", "54%", "63%", "48%", "70%"].map((width) => (
          <Line key={width} width={width} height={14} />
        ))}
      </div>
    );
  if (items.length === 0)
    return (
      <div className={classes.tree}>
        {isSearched ? (
          <EmptyState small title="Nothing is called so" text="Try a part of the name." />
        ) : (
          <EmptyState small title="Nothing was found" text="The account sees nothing here that can be read, or the source does not tell what it has." />
        )}
      </div>
    );
  return (
    <nav className={classes.tree} aria-label="What can be read">
      {byNamespace(items).map(([namespace, streams]) => (
        <section key={namespace} aria-label={namespace === "" ? "Streams" : namespace}>
          {namespace !== "" && (
            <h3 className={classes.namespace}>
              {namespace} <span className="g-soft">{streams.length}</span>
            </h3>
          )}
          <ul className={classes.streamList}>
            {streams.map((stream) => (
              <li key={stream.name}>
                <button type="button" className={classes.stream} aria-current={stream === chosen ? "true" : undefined} onClick={() => onChoose(stream)}>
                  <span className={classes.streamTitle}>{stream.name}</span>
                  <span className={classes.streamNote}>
                    {stream.kind === "table" ? "" : stream.kind} {stream.rowEstimate === null ? "" : `~${format.number(stream.rowEstimate)}`}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {items.length > MOST_SHOWN && <p className="g-soft">{format.number(items.length - MOST_SHOWN)} more: search to find them.</p>}
    </nav>
  );
}
