import type { Backfill, Pipeline } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import Plus from "lucide-react/icons/plus";
import { useState } from "react";
import { itemsOf } from "../../api/list.ts";
import { backfillsQuery, useActOnBackfill } from "../../api/pipelines.ts";
import { Meter } from "../../kit/charts.tsx";
import { useConfirm } from "../../kit/confirm.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastError } from "../../kit/toast.tsx";
import { BackfillDialog } from "./backfill-dialog.tsx";
import { PartitionGrid } from "./partition-grid.tsx";
import classes from "./pipelines.module.css";

interface BackfillsTabProps {
  readonly pipeline: Pipeline;
  readonly open: string | undefined;
  readonly onOpen: (backfill: string | undefined) => void;
}

const STATES = {
  running: ["busy", "Running"],
  paused: ["warn", "Paused"],
  succeeded: ["good", "Done"],
  failed: ["bad", "Failed"],
  cancelled: ["off", "Cancelled"],
} as const;

/** Runs over times that have passed: what is done, what failed, part by part. */
export function BackfillsTab({ pipeline, open, onOpen }: BackfillsTabProps) {
  const [isAsking, setAsking] = useState(false);
  const query = useInfiniteQuery(backfillsQuery(pipeline.id));
  const items = itemsOf(query.data);
  const more = moreOf(query);
  const begin = pipeline.can.run && (
    <Button size="xs" leftSection={<Plus size={13} />} onClick={() => setAsking(true)}>
      New backfill
    </Button>
  );
  return (
    <>
      {items.length > 0 && <div className={classes.bar}>{begin}</div>}
      {query.error !== null && query.data === undefined && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && (
        <div className={classes.stack} role="status" aria-label="Loading">
          <Line width="60%" />
          <Line width="45%" />
        </div>
      )}
      {query.data !== undefined && items.length === 0 && (
        <EmptyState
          title="No backfill yet"
          text="Runs the pipeline once for each hour, day, week or month of a stretch of time that has passed; a part that is done is not done twice."
          action={begin}
        />
      )}
      <ul className={classes.backfills} aria-label="Backfills">
        {items.map((backfill) => (
          <BackfillItem
            key={backfill.id}
            backfill={backfill}
            isOpen={backfill.id === open}
            onToggle={() => onOpen(backfill.id === open ? undefined : backfill.id)}
          />
        ))}
      </ul>
      {more.has && (
        <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
          Show more
        </Button>
      )}
      {isAsking && <BackfillDialog pipeline={pipeline} onClose={() => setAsking(false)} onStarted={onOpen} />}
    </>
  );
}

interface BackfillItemProps {
  readonly backfill: Backfill;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function BackfillItem({ backfill, isOpen, onToggle }: BackfillItemProps) {
  const format = useFormat();
  const { spec, counts, state } = backfill;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = total - counts.waiting - counts.running;
  const [tone, text] = STATES[state];
  const name = `${format.date(spec.from)} to ${format.date(spec.until)} by ${spec.unit}`;
  return (
    <li className={classes.backfill}>
      <div className={classes.backfillHead}>
        <button type="button" className={classes.backfillName} aria-expanded={isOpen} onClick={onToggle}>
          {name}
        </button>
        <StatusBadge tone={tone}>{text}</StatusBadge>
        <span className="g-soft">
          {format.number(done)} of {format.number(total)}
          {counts.failed > 0 && `, ${format.number(counts.failed)} failed`}
          {counts.running > 0 && `, ${format.number(counts.running)} running`} · <RelativeTime at={backfill.createdAt} />
        </span>
        <Actions backfill={backfill} name={name} />
      </div>
      {state === "running" && <Meter done={done} total={total} label={`Progress of ${name}`} />}
      {isOpen && <PartitionGrid backfill={backfill.id} />}
    </li>
  );
}

function Actions({ backfill, name }: { readonly backfill: Backfill; readonly name: string }) {
  const confirm = useConfirm();
  const act = useActOnBackfill();
  const send = (action: "pause" | "resume" | "retry") =>
    act.mutate({ backfill: backfill.id, action }, { onError: (error) => toastError("Not changed", error) });
  const cancel = () =>
    confirm({
      title: "Cancel the backfill",
      text: "Parts that have not begun are not run, and those that run now are cancelled. What is done stays.",
      action: "Cancel the backfill",
      danger: true,
      run: () => act.mutateAsync({ backfill: backfill.id, action: "cancel" }),
    });
  const button = (words: string, onClick: () => void) => (
    <Button variant="default" size="compact-xs" loading={act.isPending} onClick={onClick} aria-label={`${words}: ${name}`}>
      {words}
    </Button>
  );
  const { can } = backfill;
  return (
    <span className={classes.versionActions}>
      {can.resume && button("Resume", () => send("resume"))}
      {can.pause && button("Pause", () => send("pause"))}
      {can.retry && button("Run failed parts again", () => send("retry"))}
      {can.cancel && button("Cancel", cancel)}
    </span>
  );
}
