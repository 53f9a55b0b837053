import type { Batch } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import { RejectPages, useResubmitRejects } from "../../api/rejects.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Grid, type GridColumn } from "../../kit/grid/index.ts";
import { toastDone, toastError } from "../../kit/toast.tsx";
import own from "./datasets.module.css";
import { RepairRecord } from "./repair-record.tsx";

const [HEAD_AND_EDGES_PX, ROW_PX] = [38, 30];

const COLUMNS: readonly GridColumn[] = [
  { name: "State", width: 96 },
  { name: "Reason", width: 260 },
  { name: "Record", width: 640 },
];

interface RejectsProps {
  readonly dataset: string;
  readonly batch: Batch["id"];
  /** Corrected records became a load whose own rejected records are to be shown; undefined when all were loaded. */
  readonly onLoading: (batch: string | undefined) => void;
}

/** Records that were not loaded: why, and each to be corrected and loaded after all. */
export function Rejects({ dataset, batch, onLoading }: RejectsProps) {
  const format = useFormat();
  const [pages, setPages] = useState(() => new RejectPages(dataset, batch));
  const { source, about } = pages;
  const state = useSyncExternalStore(source.subscribe, source.state);
  const [at, setAt] = useState<number>();
  const record = at === undefined ? undefined : pages.record(at);
  const refresh = () => setPages(new RejectPages(dataset, batch));
  useEffect(() => source.want(0, 0), [source]);
  if (state.error !== undefined) return <ErrorNote error={state.error} onRetry={source.retry} />;
  if (state.isComplete && state.rows === 0) return <EmptyState small title="Nothing was rejected" text="Every record of this file was loaded." />;
  return (
    <>
      <Grid
        label="Rejected records"
        columns={COLUMNS}
        source={source}
        gutterName="Line"
        height={`min(50dvh, ${HEAD_AND_EDGES_PX + state.rows * ROW_PX}px)`}
        onOpen={({ row }) => setAt(row)}
        status={state.isComplete ? `${format.number(state.rows)} rejected; open one to repair it` : "Reading"}
      />
      {about !== undefined && about.counts.repaired > 0 && (
        <Resubmit dataset={dataset} batch={batch} count={about.counts.repaired} onLoading={onLoading} onDone={refresh} />
      )}
      {record !== undefined && about !== undefined && (
        <RepairRecord
          key={`${record.number} ${record.version}`}
          place={{ dataset, batch }}
          record={record}
          columns={about.columns}
          format={about.format}
          onRepaired={refresh}
        />
      )}
    </>
  );
}

function Resubmit({ dataset, batch, count, onLoading, onDone }: RejectsProps & { readonly count: number; readonly onDone: () => void }) {
  const format = useFormat();
  const resubmit = useResubmitRejects({ dataset, batch });
  const send = () =>
    resubmit.mutate(undefined, {
      onSuccess: ({ batch: made }) => {
        onDone();
        if (made.status === "failed") return toastError("Not loaded", new SaidError(made.error?.message ?? "The load failed."));
        const rejected = made.rejected ?? 0;
        toastDone(
          `${format.number(made.rows ?? 0)} repaired ${made.rows === 1 ? "record" : "records"} loaded`,
          rejected === 0 ? undefined : `${format.number(rejected)} still do not fit.`,
        );
        if (rejected > 0) onLoading(made.id);
      },
      onError: (error) => toastError("Not loaded", error),
    });
  return (
    <div className={own.resubmit}>
      <span>
        {format.number(count)} {count === 1 ? "record is" : "records are"} repaired and not loaded yet.
      </span>
      <Button size="xs" loading={resubmit.isPending} onClick={send}>
        Load {count === 1 ? "it" : "them"}
      </Button>
    </div>
  );
}
