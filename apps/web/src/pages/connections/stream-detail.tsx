import type { ConfigValues, Connection, DiscoveredStream } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import Workflow from "lucide-react/icons/workflow";
import { useState } from "react";
import { streamPreviewQuery } from "../../api/connections.ts";
import { useMay } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { RowsTable } from "../../kit/rows-table.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { useSlug } from "../../shell/index.ts";
import { streamName } from "./connection-words.ts";
import classes from "./connections.module.css";

type StreamColumn = DiscoveredStream["columns"][number];

interface StreamDetailProps {
  readonly connection: Connection;
  readonly stream: DiscoveredStream;
  readonly config: ConfigValues;
}

const MODES = { full: "whole each time", incremental: "only what is new" } as const;

/** One table, file or endpoint: its columns, its first rows, and the way into a pipeline. */
export function StreamDetail({ connection, stream, config }: StreamDetailProps) {
  const [part, setPart] = useState<"columns" | "rows">("columns");
  const slug = useSlug();
  const mayBuild = useMay("pipeline:create");
  const { namespace, name } = stream;
  const use = { connection: connection.id, stream: name, ...(namespace !== null && { namespace }), ...(Object.keys(config).length > 0 && { config }) };
  return (
    <>
      <div className={classes.detailHead}>
        <div className={classes.detailWords}>
          <h2 className={classes.detailTitle}>{streamName(stream)}</h2>
          <StreamFacts stream={stream} />
          {stream.comment !== "" && <p className={classes.comment}>{stream.comment}</p>}
        </div>
        {connection.can.use && mayBuild && (
          <Button size="xs" leftSection={<Workflow size={14} />} component={Link} to={`/w/${slug}/pipelines/new` as "/"} search={use as never}>
            Use in a pipeline
          </Button>
        )}
      </div>
      <Tabs
        label="Parts of the stream"
        tabs={[
          { value: "columns", title: `Columns ${stream.columns.length}` },
          { value: "rows", title: "First rows" },
        ]}
        value={part}
        onChange={setPart}
      />
      {part === "columns" ? <Columns stream={stream} /> : <Preview connection={connection.id} stream={stream} config={config} />}
    </>
  );
}

function StreamFacts({ stream }: { readonly stream: DiscoveredStream }) {
  const format = useFormat();
  const facts = [
    stream.kind,
    ...(stream.rowEstimate === null ? [] : [`about ${format.number(stream.rowEstimate)} rows`]),
    ...(stream.byteEstimate === null ? [] : [`about ${format.bytes(stream.byteEstimate)}`]),
    `can be read ${stream.syncModes.map((mode) => MODES[mode]).join(", or ")}`,
  ];
  return <p className={classes.facts}>{facts.join(" · ")}</p>;
}

function Columns({ stream }: { readonly stream: DiscoveredStream }) {
  const columns: readonly Column<StreamColumn>[] = [
    {
      id: "name",
      header: "Column",
      primary: true,
      cell: ({ name }) => (
        <span className={classes.columnName}>
          {name}
          {stream.keys.includes(name) && <Label strong>key</Label>}
          {stream.cursors.includes(name) && <Label>grows</Label>}
        </span>
      ),
    },
    { id: "type", header: "Type", width: "140px", cell: ({ type }) => <span className="g-mono">{type}</span> },
    { id: "source", header: "In the source", width: "180px", cell: ({ sourceType }) => <span className="g-mono">{sourceType}</span> },
    { id: "nullable", header: "May be empty", width: "110px", cell: ({ nullable }) => (nullable ? "yes" : "no") },
  ];
  return (
    <DataList
      label={`Columns of ${streamName(stream)}`}
      columns={columns}
      rows={stream.columns}
      rowId={({ name }) => name}
      rowName={({ name }) => name}
      empty={<EmptyState small title="The columns are not known yet" text="Look at the first rows; types are told from the values when it is read." />}
    />
  );
}

function Preview({ connection, stream, config }: { readonly connection: string; readonly stream: DiscoveredStream; readonly config: ConfigValues }) {
  const query = useQuery(streamPreviewQuery(connection, { namespace: stream.namespace, name: stream.name, config }));
  if (query.error !== null) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined)
    return (
      <div className={classes.waiting} role="status" aria-label="Reading the first rows">
        {["90%", "80%", "86%", "72%"].map((width) => (
          <Line key={width} width={width} height={14} />
        ))}
      </div>
    );
  const { columns, rows, warnings } = query.data;
  return (
    <>
      {warnings.map((text) => (
        <p key={text} className={classes.warning}>
          {text}
        </p>
      ))}
      {rows.length === 0 ? (
        <EmptyState small title="No rows" text="The source answers, but has nothing here at the moment." />
      ) : (
        <RowsTable label={`First rows of ${streamName(stream)}`} columns={columns} rows={rows} />
      )}
    </>
  );
}
