import type { GraphColumn, NodeSample } from "@granary/protocol";
import { Button, SegmentedControl } from "@mantine/core";
import RefreshCw from "lucide-react/icons/refresh-cw";
import { useMemo, useState } from "react";
import { ErrorNote } from "../../../kit/error-note.tsx";
import { useFormat } from "../../../kit/format.tsx";
import { Grid, type GridColumn, listSource } from "../../../kit/grid/index.ts";
import { Line } from "../../../kit/skeleton.tsx";
import { useBuilder } from "../builder-context.ts";
import { inputsOf, outputsOf } from "../graph-view/ports.ts";
import { titleOf } from "../graph-view/summary.ts";
import classes from "./bottom.module.css";
import { type Sample, useSample } from "./use-sample.ts";

const isNumber = (type: GraphColumn["type"]): boolean => type === "integer" || type === "number" || type.startsWith("decimal");

/** Rows at the chosen node; of a destination, those that would be written. */
export function SampleTab() {
  const { document, node } = useBuilder();
  if (node === undefined)
    return <p className={classes.hint}>{document.nodes.length === 0 ? "Rows of a node are shown here." : "Choose a node to see its rows."}</p>;
  const isTarget = outputsOf(node).length === 0 && inputsOf(node).length > 0;
  const shown = isTarget ? document.edges.find(({ to }) => to === node.id)?.from : node.id;
  if (shown === undefined) return <p className={classes.hint}>Connect something to {titleOf(node)} to see what would be written.</p>;
  return <NodeRows key={shown} id={shown} before={isTarget ? "What would be written" : undefined} />;
}

function NodeRows({ id, before }: { readonly id: string; readonly before: string | undefined }) {
  const read = useSample(id);
  const { items, isLoading, isStale, again } = read;
  const [port, setPort] = useState<string>();
  const sample = items?.find((item) => item.port === port) ?? items?.[0];
  if (sample === undefined) return <NoRows id={id} read={read} />;
  return (
    <div className={classes.sample}>
      <div className={classes.sampleHead}>
        {before !== undefined && <span>{before}</span>}
        {items !== undefined && items.length > 1 && (
          <SegmentedControl size="xs" aria-label="Output" data={items.map((item) => item.port)} value={sample.port} onChange={setPort} />
        )}
        {sample.fault === null && <Facts sample={sample} />}
        {isStale && (
          <span className={classes.stale} role="status">
            {isLoading ? "Reading again…" : "Before the last changes"}
          </span>
        )}
        <Button variant="subtle" color="gray" fw={500} size="compact-xs" leftSection={<RefreshCw size={12} />} loading={isLoading} onClick={again}>
          Read again
        </Button>
      </div>
      {sample.fault === null ? <Rows sample={sample} isStale={isStale} /> : <p className={classes.fault}>{sample.fault}</p>}
    </div>
  );
}

/** Why there are no rows: faults, an error, or they are on their way. */
function NoRows({ id, read: { error, isBlocked, again } }: { readonly id: string; readonly read: Sample }) {
  const { goTo } = useBuilder();
  if (isBlocked)
    return (
      <p className={classes.hint}>
        Its rows are shown when nothing before it has faults.
        <Button variant="subtle" size="compact-xs" onClick={() => goTo(id)}>
          Go to the settings
        </Button>
      </p>
    );
  if (error !== null)
    return (
      <div className={classes.error}>
        <ErrorNote error={error} onRetry={again} />
      </div>
    );
  return (
    <div className={classes.loading} aria-busy="true" aria-label="Reading a sample">
      {[80, 64, 72, 58].map((width) => (
        <Line key={width} width={`${width}%`} />
      ))}
    </div>
  );
}

function Facts({ sample }: { readonly sample: NodeSample }) {
  const format = useFormat();
  const shown = sample.rows.length;
  const rows =
    sample.total === null || sample.total === shown ? `${format.number(shown)} rows` : `${format.number(shown)} of ${format.number(sample.total)} rows`;
  return <span className={classes.soft}>{rows} of the sample</span>;
}

/** What a column's values are like, below its name. */
function Profile({ sample, name }: { readonly sample: NodeSample; readonly name: string }) {
  const format = useFormat();
  const profile = sample.profile[sample.columns.findIndex((column) => column.name === name)];
  if (profile === undefined || sample.rows.length === 0) return null;
  const filled = 1 - profile.nulls / sample.rows.length;
  const range = profile.min === null ? "" : profile.min === profile.max ? profile.min : `${profile.min} – ${profile.max}`;
  return (
    <span
      className={classes.profile}
      title={`${format.number(profile.distinct)} different, ${format.number(profile.nulls)} empty${range === "" ? "" : `, ${range}`}`}
    >
      <span className={classes.filled}>
        <span style={{ width: `${filled * 100}%` }} />
      </span>
      <span className={classes.profileText}>
        {format.number(profile.distinct)} different{profile.nulls > 0 ? `, ${format.number(profile.nulls)} empty` : ""}
      </span>
    </span>
  );
}

function Rows({ sample, isStale }: { readonly sample: NodeSample; readonly isStale: boolean }) {
  const columns = useMemo<GridColumn[]>(() => sample.columns.map(({ name, type }) => ({ name, numeric: isNumber(type), note: type })), [sample.columns]);
  const source = useMemo(() => listSource(sample.rows.length, (index) => ({ cells: sample.rows[index] ?? [] })), [sample.rows]);
  if (sample.columns.length === 0) return <p className={classes.hint}>No columns come out.</p>;
  return (
    <div className={classes.grid} data-stale={isStale || undefined}>
      <Grid
        label="Sample"
        columns={columns}
        source={source}
        total={sample.rows.length}
        height="100%"
        leastWidth={110}
        bandHeight={30}
        band={({ name }) => <Profile sample={sample} name={name} />}
      />
      {sample.rows.length === 0 && <p className={classes.hint}>No row of the sample comes out here.</p>}
    </div>
  );
}
