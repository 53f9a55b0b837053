import { isApiError } from "@granary/client";
import { ActionIcon, Button } from "@mantine/core";
import Pencil from "lucide-react/icons/pencil";
import { type ReactNode, useState } from "react";
import { ErrorNote } from "../../kit/error-note.tsx";
import classes from "./about.module.css";

interface InlineFieldProps<T> {
  readonly label: string;
  readonly value: T;
  readonly show: ReactNode;
  readonly canEdit: boolean;
  /** The field while it is edited; it takes the focus. */
  readonly edit: (value: T, onChange: (value: T) => void) => ReactNode;
  readonly save: (value: T) => Promise<unknown>;
}

/** One value that is edited where it stands: a pencil, the field, save or Escape. */
export function InlineField<T>({ label, value, show, canEdit, edit, save }: InlineFieldProps<T>) {
  const [draft, setDraft] = useState<{ readonly value: T }>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const close = () => {
    setDraft(undefined);
    setError(undefined);
  };
  const submit = async (next: T) => {
    setBusy(true);
    setError(undefined);
    try {
      await save(next);
      close();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={classes.field}>
      <dt className={classes.label}>
        {label}
        {canEdit && draft === undefined && (
          <ActionIcon variant="subtle" color="gray" size="xs" aria-label={`Edit ${label.toLowerCase()}`} onClick={() => setDraft({ value })}>
            <Pencil size={12} />
          </ActionIcon>
        )}
      </dt>
      <dd className={classes.value}>
        {draft === undefined ? (
          show
        ) : (
          <form
            className={classes.edit}
            onSubmit={(event) => {
              event.preventDefault();
              void submit(draft.value);
            }}
            onKeyDown={(event) => {
              if (event.key === "Escape" && !event.defaultPrevented) close();
            }}
          >
            {edit(draft.value, (next) => setDraft({ value: next }))}
            {error !== undefined && <ErrorNote error={error} />}
            {isApiError(error, "edit.conflict") && <p className={classes.now}>It is now: {show}. Save again to put yours in its place.</p>}
            <div className={classes.buttons}>
              <Button type="submit" size="compact-sm" loading={busy}>
                Save
              </Button>
              <Button variant="default" size="compact-sm" onClick={close}>
                Cancel
              </Button>
            </div>
          </form>
        )}
      </dd>
    </div>
  );
}
