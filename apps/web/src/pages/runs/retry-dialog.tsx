import type { Run } from "@granary/protocol";
import { Button, Checkbox, Modal, Radio } from "@mantine/core";
import { useState } from "react";
import { useRetryRun } from "../../api/runs.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { toastDone } from "../../kit/toast.tsx";
import classes from "./runs.module.css";
import { useOpenRun } from "./use-run-actions.tsx";

/** Try a run again: from what failed, or from the beginning; as it was, or as the pipeline is now. */
export function RetryDialog({ run, onClose }: { readonly run: Run; readonly onClose: () => void }) {
  const [from, setFrom] = useState<"failed" | "start">("failed");
  const [latest, setLatest] = useState(false);
  const retry = useRetryRun();
  const open = useOpenRun();
  const send = () =>
    retry.mutate(
      { run: run.id, body: { fromStart: from === "start", latest } },
      {
        onSuccess: (after) => {
          onClose();
          toastDone(`Run ${after.number} has begun`);
          void open(after.id);
        },
      },
    );
  return (
    <Modal opened onClose={onClose} title={`Retry run ${run.number}`}>
      <div className={classes.dialog}>
        <Radio.Group value={from} onChange={(value) => setFrom(value as typeof from)} aria-label="From where">
          <div className={classes.choices}>
            <Radio value="failed" label="From what failed" description="Steps that are finished are taken over. What was read is not read again." />
            <Radio value="start" label="From the beginning" description="Everything is read and computed anew." />
          </div>
        </Radio.Group>
        <Checkbox
          checked={latest}
          onChange={(event) => setLatest(event.currentTarget.checked)}
          label="With the newest version of the pipeline"
          description={`Otherwise with version ${run.pipeline.version}, as this run.`}
        />
        {retry.error !== null && <ErrorNote error={retry.error} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={send} loading={retry.isPending}>
            Retry
          </Button>
        </div>
      </div>
    </Modal>
  );
}
