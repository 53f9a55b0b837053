import { isApiError } from "@granary/client";
import type { SavedQuery } from "@granary/protocol";
import { Button, Select } from "@mantine/core";
import Play from "lucide-react/icons/play";
import Square from "lucide-react/icons/square";
import { type ReactNode, useState } from "react";
import { useUpdateSaved } from "../../api/sql.ts";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { SaveDialog } from "./save-dialog.tsx";
import classes from "./sql.module.css";

const ROWS = [
  { value: "1000", label: "1,000 rows" },
  { value: "10000", label: "10,000 rows" },
  { value: "100000", label: "100,000 rows" },
  { value: "1000000", label: "1,000,000 rows" },
];

interface ConsoleBarProps {
  readonly saved: SavedQuery | undefined;
  readonly text: string;
  readonly isRunning: boolean;
  readonly maxRows: number;
  readonly onMaxRows: (rows: number) => void;
  readonly onRun: () => void;
  readonly onCancel: () => void;
  readonly onSaved: (saved: SavedQuery) => void;
  readonly onNew: () => void;
  readonly children: ReactNode;
}

const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** What can be done with the text: run, stop, save. */
export function ConsoleBar({ saved, text, isRunning, maxRows, onMaxRows, onRun, onCancel, onSaved, onNew, children }: ConsoleBarProps) {
  const [isSaving, setSaving] = useState(false);
  const update = useUpdateSaved();
  const isEmpty = text.trim() === "";
  const isChanged = saved !== undefined && text !== saved.sql;
  const keep = (own: SavedQuery) =>
    update.mutate(
      { params: { saved: own.id }, body: { sql: text }, version: own.version },
      {
        onSuccess: () => toastDone(`${own.name} is saved`),
        onError: (error) =>
          toastError(isApiError(error, "edit.conflict") ? "Somebody changed it meanwhile: save yours under another name" : "Not saved", error),
      },
    );
  return (
    <div className={classes.bar}>
      {isRunning ? (
        <Button size="xs" color="gray" leftSection={<Square size={13} />} onClick={onCancel}>
          Cancel
        </Button>
      ) : (
        <Button
          size="xs"
          leftSection={<Play size={13} />}
          disabled={isEmpty}
          onClick={onRun}
          title={`${isMac() ? "⌘" : "Ctrl"} + Enter`}
          aria-keyshortcuts="Control+Enter Meta+Enter"
        >
          Run
        </Button>
      )}
      <Select
        className={classes.rowsChoice}
        size="xs"
        aria-label="At most"
        data={ROWS}
        value={String(maxRows)}
        allowDeselect={false}
        onChange={(value) => onMaxRows(Number(value))}
      />
      <span className={classes.barSpace} />
      {children}
      {isChanged && saved.can.update && (
        <Button variant="default" size="xs" loading={update.isPending} disabled={isEmpty} onClick={() => keep(saved)}>
          Save
        </Button>
      )}
      <Button variant="default" size="xs" disabled={isEmpty} onClick={() => setSaving(true)}>
        {saved === undefined ? "Save" : "Save as"}
      </Button>
      {saved !== undefined && (
        <Button variant="default" size="xs" onClick={onNew}>
          New query
        </Button>
      )}
      {isSaving && (
        <SaveDialog
          sql={text}
          onClose={() => setSaving(false)}
          onSaved={(made) => {
            setSaving(false);
            onSaved(made);
          }}
        />
      )}
    </div>
  );
}
