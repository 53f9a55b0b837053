import { Button, Modal, TextInput } from "@mantine/core";
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from "react";
import classes from "./confirm.module.css";
import { ErrorNote } from "./error-note.tsx";

export interface Confirmation {
  readonly title: string;
  /** What happens, and whether it can be undone. */
  readonly text: ReactNode;
  /** Each thing that is touched, by name. */
  readonly touches?: readonly string[];
  /** The verb on the button. */
  readonly action: string;
  readonly danger?: boolean;
  /** A word to type first, for what cannot be undone. */
  readonly typed?: string;
  readonly run: () => Promise<unknown>;
}

const ConfirmContext = createContext<(confirmation: Confirmation) => void>(() => undefined);

/** Opens the one dialog that stands before every destructive act. */
export const useConfirm = () => use(ConfirmContext);

const NAMED = 6;

export function ConfirmProvider({ children }: { readonly children: ReactNode }) {
  const [asked, setAsked] = useState<Confirmation>();
  const [opened, setOpened] = useState(false);
  const ask = useCallback((confirmation: Confirmation) => {
    setAsked(confirmation);
    setOpened(true);
  }, []);
  const content = useMemo(() => (asked === undefined ? null : <Question key={asked.title} asked={asked} onClose={() => setOpened(false)} />), [asked]);
  return (
    <ConfirmContext value={ask}>
      {children}
      <Modal opened={opened} onClose={() => setOpened(false)} title={asked?.title} size="md">
        {opened && content}
      </Modal>
    </ConfirmContext>
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
