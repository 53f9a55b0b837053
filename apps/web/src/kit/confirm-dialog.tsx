import { Button, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Confirmation } from "./confirm.tsx";
import classes from "./confirm.module.css";
import { ErrorNote } from "./error-note.tsx";

/** Things named one by one; the rest is counted. */
const NAMED = 6;

interface ConfirmDialogProps {
  readonly asked: Confirmation;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** The question before a destructive act. Loaded when the first is asked. */
export default function ConfirmDialog({ asked, opened, onClose }: ConfirmDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={asked.title} size="md">
      {opened && <Question asked={asked} onClose={onClose} />}
    </Modal>
  );
}

function Question({ asked, onClose }: { readonly asked: Confirmation; readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const touches = asked.touches ?? [];
  const go = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await asked.run();
      onClose();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={classes.question}>
      <div className={classes.text}>{asked.text}</div>
      {touches.length > 0 && (
        <ul className={classes.touches}>
          {touches.slice(0, NAMED).map((name) => (
            <li key={name}>{name}</li>
          ))}
          {touches.length > NAMED && <li>and {touches.length - NAMED} more</li>}
        </ul>
      )}
      {asked.typed !== undefined && (
        <TextInput label={`Type ${asked.typed} to confirm`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />
      )}
      {error !== undefined && <ErrorNote error={error} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          color={asked.danger === true ? "red" : "wheat"}
          loading={busy}
          disabled={asked.typed !== undefined && typed !== asked.typed}
          onClick={() => void go()}
        >
          {asked.action}
        </Button>
      </div>
    </div>
  );
}
