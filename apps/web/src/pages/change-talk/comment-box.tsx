import { Button, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { ErrorNote } from "../../kit/error-note.tsx";
import classes from "./talk.module.css";

interface CommentBoxProps {
  readonly label: string;
  readonly action: string;
  readonly send: (body: string) => Promise<unknown>;
  readonly start?: string;
  readonly hasFocus?: boolean;
  readonly onCancel?: () => void;
  /** Whether what was there can be taken away. */
  readonly mayBeEmpty?: boolean;
  /** More that can be done with what is written, at the left of the button. */
  readonly beside?: ReactNode;
}

/** Words that are written and sent; Ctrl+Enter sends, too. What is written stays when sending fails. */
export function CommentBox({ label, action, send, start = "", hasFocus = false, onCancel, mayBeEmpty = false, beside }: CommentBoxProps) {
  const [body, setBody] = useState(start);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const isReady = mayBeEmpty || body.trim() !== "";
  const submit = async () => {
    if (!isReady || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await send(body.trim());
      setBody("");
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className={classes.box}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
        if (event.key === "Escape" && onCancel !== undefined) {
          event.stopPropagation();
          onCancel();
        }
      }}
    >
      <Textarea
        aria-label={label}
        placeholder={label}
        autosize
        minRows={2}
        maxRows={12}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
        data-autofocus={hasFocus || undefined}
        autoFocus={hasFocus}
        maxLength={20_000}
      />
      {error !== undefined && <ErrorNote error={error} />}
      <div className={classes.boxEnd}>
        {beside}
        {onCancel !== undefined && (
          <Button variant="subtle" color="gray" size="xs" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button type="submit" size="xs" loading={busy} disabled={!isReady}>
          {action}
        </Button>
      </div>
    </form>
  );
}
