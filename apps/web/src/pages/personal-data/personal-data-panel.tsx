import type { Dataset, DatasetPersonalData } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { personalDataQuery, useCancelScan, useRelease, useStartScan } from "../../api/personal-data.ts";
import { useMay } from "../../api/session.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { FindingState, Why } from "./finding-words.tsx";
import classes from "./personal-data.module.css";
import { useVerdict, VerdictButtons } from "./verdict-buttons.tsx";

/** Whether this person may know what was found in a dataset. */
function useMayKnow(dataset: Dataset): boolean {
  const isReader = useMay("privacy:read");
  return isReader || dataset.level === "owner";
}

/** What in a dataset looks like personal data, and what is decided about it. Nothing for whom it is not. */
export function PersonalDataPanel({ dataset }: { readonly dataset: Dataset }) {
  const mayKnow = useMayKnow(dataset);
  const { data, error, refetch } = useQuery({ ...personalDataQuery(dataset.id), enabled: mayKnow });
  if (!mayKnow || dataset.dataVersion === 0) return null;
  return (
    <Panel title="Personal data" text={<LastLook data={data} />} actions={data !== undefined && <LookAgain dataset={dataset} data={data} />} flush>
      {data?.isQuarantined === true && <Held dataset={dataset} mayRelease={data.can.release} />}
      {error !== null && data === undefined ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Findings data={data} />}
    </Panel>
  );
}

function LastLook({ data }: { readonly data: DatasetPersonalData | undefined }) {
  const format = useFormat();
  if (data === undefined) return "Looking up what was found…";
  if (data.runningJob !== null) return "Looking through the columns now…";
  if (data.lastScan === null) return "Nobody has looked through this dataset yet.";
  const { columns, looked, at, dataVersion } = data.lastScan;
  return (
    <>
      {format.number(looked)} different values in {columns} columns of version {dataVersion} were looked at <RelativeTime at={at} />.
    </>
  );
}

function LookAgain({ dataset, data }: { readonly dataset: Dataset; readonly data: DatasetPersonalData }) {
  const start = useStartScan();
  const cancel = useCancelScan();
  if (!data.can.scan) return null;
  const params = { dataset: dataset.id };
  if (data.runningJob !== null)
    return (
      <Button
        size="xs"
        variant="default"
        loading={cancel.isPending}
        onClick={() => cancel.mutate(params, { onError: (error) => toastError("Not stopped", error) })}
      >
        Stop
      </Button>
    );
  return (
    <Button
      size="xs"
      variant="default"
      loading={start.isPending}
      onClick={() => start.mutate(params, { onError: (error) => toastError("Not started", error) })}
    >
      Look again
    </Button>
  );
}

function Findings({ data }: { readonly data: DatasetPersonalData | undefined }) {
  const { decide } = useVerdict();
  if (data === undefined)
    return (
      <ul className={classes.list} aria-hidden="true">
        <li className={classes.item}>
          <Line width="60%" />
        </li>
        <li className={classes.item}>
          <Line width="48%" />
        </li>
      </ul>
    );
  if (data.items.length === 0)
    return (
      <EmptyState
        small
        title="No personal data found"
        text="Every load is looked through. What looks like personal data will stand here to be accepted or refused."
      />
    );
  return (
    <ul className={classes.list} aria-label="What looks like personal data">
      {data.items.map((finding) => (
        <li key={finding.id} className={classes.item}>
          <div className={classes.words}>
            <span className={classes.head}>
              <span className={`${classes.column ?? ""} g-mono`}>{finding.column.name}</span>
              <span>{finding.title}</span>
              <FindingState finding={finding} />
            </span>
            <Why finding={finding} />
          </div>
          <VerdictButtons finding={finding} onDecide={(verdict) => decide([finding], verdict)} />
        </li>
      ))}
    </ul>
  );
}

function Held({ dataset, mayRelease }: { readonly dataset: Dataset; readonly mayRelease: boolean }) {
  const release = useRelease();
  const confirm = useConfirm();
  const ask = () =>
    confirm({
      title: "Release from quarantine",
      text: "From then on everybody reads it to whom it is shared.",
      touches: [dataset.name],
      action: "Release",
      run: async () => {
        await release.mutateAsync({ dataset: dataset.id });
        toastDone("Released", dataset.name);
      },
    });
  return (
    <div className={classes.held}>
      <StatusBadge tone="warn">Quarantined</StatusBadge>
      <p>Only its owner and stewards read this dataset until a steward has looked at what it holds and releases it.</p>
      {mayRelease && (
        <Button size="compact-xs" onClick={ask}>
          Release
        </Button>
      )}
    </div>
  );
}

/** Says beside a dataset's name that it is quarantined. */
export function QuarantineBadge({ dataset }: { readonly dataset: Dataset }) {
  const enabled = useMayKnow(dataset);
  const { data } = useQuery({ ...personalDataQuery(dataset.id), enabled });
  return data?.isQuarantined === true ? <StatusBadge tone="warn">Quarantined</StatusBadge> : null;
}
