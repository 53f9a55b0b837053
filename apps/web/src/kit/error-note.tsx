import { Button } from "@mantine/core";
import { ApiError } from "@granary/client";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { CopyId } from "./copy-id.tsx";
import classes from "./error-note.module.css";

/** A sentence that is already meant for people. */
export class SaidError extends Error {
  override readonly name = "SaidError";
}

/** What happened, in a sentence a person can act on. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError || error instanceof SaidError) return error.message;
  return "This page could not be drawn. Reload it; if that does not help, tell an administrator what you were doing.";
}

/** A failed part of a page: what happened, the request id, and a way to try again. */
export function ErrorNote({ error, onRetry }: { readonly error: unknown; readonly onRetry?: (() => void) | undefined }) {
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  return (
    <div className={classes.note} role="alert">
      <TriangleAlert size={18} aria-hidden="true" className={classes.icon} />
      <div className={classes.words}>
        <p className={classes.text}>{messageOf(error)}</p>
        {requestId !== undefined && (
          <p className={classes.id}>
            Request <CopyId value={requestId} label="request id" whole />
          </p>
        )}
      </div>
      {onRetry !== undefined && (
        <Button variant="default" size="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
