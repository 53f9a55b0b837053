import { Button, Modal, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { ErrorNote } from "../../kit/error-note.tsx";
import classes from "./request.module.css";

interface ReasonDialogProps {
  readonly title: string;
  readonly text: ReactNode;
  readonly action: string;
  /** How long the reason has to be; 0: none is needed. */
  readonly least: number;
  readonly danger?: boolean;
  /** More that is asked, below the reason. */
  readonly more?: ReactNode;
  readonly run: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** An act that is written down with its reason. */
export function ReasonDialog({ title, text, action, least, danger = false, more, run, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const isEnough = reason.trim().length >= least;
  const go = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await run(reason.trim());
      onClose();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (isEnough) void go();
        }}
      >
        <div className={classes.said}>{text}</div>
        <Textarea
          label="Why"
          description={least > 1 ? `At least ${least} characters; it is kept in the record` : undefined}
          autosize
          minRows={2}
          maxLength={2_000}
          required={least > 0}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        {more}
        {error !== undefined && <ErrorNote error={error} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color={danger ? "red" : "wheat"} loading={busy} disabled={!isEnough}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
