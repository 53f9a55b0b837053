import { ApiError, isApiError } from "@granary/client";
import { Button } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { CopyId } from "./copy-id.tsx";
import { messageOf } from "./error-note.tsx";
import classes from "./error-view.module.css";
import { Grains } from "./mark.tsx";

interface ErrorViewProps {
  /** A short code in large type, such as 404. */
  readonly code: string;
  readonly title: string;
  readonly text: ReactNode;
  readonly requestId?: string | undefined;
  readonly actions?: ReactNode;
}

/** A whole page that could not be shown, and what to do instead. */
function ErrorView({ code, title, text, requestId, actions }: ErrorViewProps) {
  useDocumentTitle(`${title} · Granary`);
  return (
    <div className={classes.view}>
      <div className={classes.grains} aria-hidden="true">
        <Grains columns={14} rows={3} seed={code.length + title.length} />
      </div>
      <p className={classes.code}>{code}</p>
      <h1 className={classes.title}>{title}</h1>
      <div className={classes.text}>{text}</div>
      {requestId !== undefined && (
        <p className={classes.text}>
          Request <CopyId value={requestId} label="request id" whole />
        </p>
      )}
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}

const reload = () => location.reload();

/** The page of whatever was thrown while a page loaded or was drawn. */
export function FailedPage({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  if (isApiError(error, "access.denied")) return <ForbiddenPage error={error} />;
  if (isApiError(error, "network.unreachable")) return <OfflinePage onRetry={onRetry ?? reload} />;
  if (error instanceof ApiError && error.status === 404) return <MissingPage text={error.message} />;
  return (
    <ErrorView
      code={error instanceof ApiError ? String(error.status) : "Error"}
      title="This did not work"
      text={messageOf(error)}
      requestId={error instanceof ApiError ? error.requestId : undefined}
      actions={
        <>
          <Button onClick={onRetry ?? reload}>Try again</Button>
          <Home />
        </>
      }
    />
  );
}

function Home() {
  return (
    <Button variant="default" component="a" href="/">
      Go home
    </Button>
  );
}

export function MissingPage({ text }: { readonly text?: string }) {
  return (
    <ErrorView
      code="404"
      title="Nothing is kept here"
      text={text ?? "The address may be mistyped, or what it named was removed. Nothing else is affected."}
      actions={<Home />}
    />
  );
}

function OfflinePage({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <ErrorView
      code="Offline"
      title="The server cannot be reached"
      text="Check your network. If others reach Granary, reload this page; if nobody does, the server may be restarting and is usually back within seconds."
      actions={<Button onClick={onRetry}>Try again</Button>}
    />
  );
}

/** The permission is named in the server's sentence; the address to ask with it is made ready. */
function ForbiddenPage({ error }: { readonly error: ApiError }) {
  const permission = /\b[a-z_]+:[a-z_]+\b/.exec(error.message)?.[0];
  const request = `I would like to open ${location.href} in Granary${permission === undefined ? "" : ` and need the permission ${permission}`}.`;
  return (
    <ErrorView
      code="403"
      title="This place needs a permission you do not have"
      text={
        <>
          {permission === undefined ? (
            error.message
          ) : (
            <>
              It is opened by the permission <code>{permission}</code>. An administrator of the workspace can give you a role that has it.
            </>
          )}
        </>
      }
      requestId={error.requestId}
      actions={
        <>
          <Button component="a" href={`mailto:?subject=${encodeURIComponent("Access in Granary")}&body=${encodeURIComponent(request)}`}>
            Ask an administrator
          </Button>
          <Home />
        </>
      }
    />
  );
}
