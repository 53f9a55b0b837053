import type { Batch } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { batchQuery, cancelLoad } from "../../api/uploads.ts";
import { Meter } from "../../kit/charts.tsx";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import { toastError } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import { LoadIssues } from "../datasets/load-issues.tsx";
import classes from "./import.module.css";
import { type ImportItem, importQueue, type Loading } from "./import-queue.ts";

const POLL_MS = 1_000;

interface LoadProgressProps {
  readonly item: ImportItem;
  readonly loading: Loading;
}

/** A load as it goes on, and what came of it. */
export function LoadProgress({ item, loading }: LoadProgressProps) {
  const client = useQueryClient();
  const { data: batch, error } = useQuery({
    ...batchQuery(loading.dataset, loading.batch),
    refetchInterval: ({ state }) => (state.data === undefined || state.data.status === "importing" ? POLL_MS : false),
  });
  const hasEnded = batch !== undefined && batch.status !== "importing";
  useEffect(() => {
    if (hasEnded) void client.invalidateQueries({ queryKey: ["datasets"], refetchType: "none" });
  }, [hasEnded, client]);
  if (error !== null && batch === undefined) return <ErrorNote error={error} />;
  if (batch === undefined || batch.status === "importing") return <Running item={item} loading={loading} progress={batch?.progress ?? null} />;
  return batch.status === "failed" ? <Failed item={item} loading={loading} error={batch.error} /> : <Done item={item} loading={loading} batch={batch} />;
}

function Running({ item, loading, progress }: LoadProgressProps & { readonly progress: Batch["progress"] }) {
  const slug = useSlug();
  const cancel = () =>
    cancelLoad(loading.dataset, loading.batch).catch((error: unknown) => {
      toastError("Not stopped", error);
    });
  return (
    <Panel
      title={`Importing ${item.fileName}`}
      actions={
        <>
          <Button component={Link} to={`/w/${slug}/datasets/${loading.dataset}` as "/"} size="xs" variant="default">
            Go on in the background
          </Button>
          <Button size="xs" variant="default" onClick={() => void cancel()}>
            Stop
          </Button>
        </>
      }
    >
      <div role="status">
        <Meter done={progress?.done ?? 0} total={progress?.total ?? null} label="Import" />
        <p className={classes.progressText}>{progress?.message ?? "Waiting for a worker"}. You can leave this page; the import goes on.</p>
      </div>
    </Panel>
  );
}

function Failed({ item, loading, error }: LoadProgressProps & { readonly error: Batch["error"] }) {
  const again = () => importQueue.change(item.key, { state: "whole", loading: undefined, failedIn: loading });
  return (
    <Panel title={`${item.fileName} was not imported`} text="Nothing was stored.">
      <ErrorNote error={new SaidError(error?.message ?? "The import failed.")} />
      <LoadIssues error={error} />
      <div className={classes.actions}>
        <Button onClick={again}>Change how it is read</Button>
        <Button variant="default" onClick={() => importQueue.remove(item.key)}>
          Leave it
        </Button>
      </div>
    </Panel>
  );
}

function Done({ item, loading, batch }: LoadProgressProps & { readonly batch: Batch }) {
  const slug = useSlug();
  const format = useFormat();
  const rejected = batch.rejected ?? 0;
  const dataset = `/w/${slug}/datasets/${loading.dataset}`;
  return (
    <Panel title={`${item.fileName} is in ${loading.datasetName}`} text={`Version ${batch.version ?? ""}`}>
      <dl className={classes.result}>
        <div>
          <dt>Rows loaded</dt>
          <dd>{format.number(batch.rows ?? 0)}</dd>
        </div>
        <div>
          <dt>Records rejected</dt>
          <dd data-some={rejected > 0 || undefined}>{format.number(rejected)}</dd>
        </div>
        <div>
          <dt>Records in the file</dt>
          <dd>{format.number((batch.rows ?? 0) + rejected)}</dd>
        </div>
      </dl>
      <div className={classes.actions}>
        <Button component={Link} to={dataset as "/"}>
          Open the dataset
        </Button>
        {rejected > 0 && (
          <Button component={Link} to={dataset as "/"} search={{ tab: "loads", rejects: batch.id } as never} variant="default">
            See and repair what was rejected
          </Button>
        )}
        <Button variant="subtle" color="gray" onClick={() => importQueue.remove(item.key)}>
          Import another file
        </Button>
      </div>
    </Panel>
  );
}
