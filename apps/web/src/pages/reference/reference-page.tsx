import { TextInput } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import Search from "lucide-react/icons/search";
import { useDeferredValue, useState } from "react";
import { type Operation, type Reference, referenceQuery } from "../../api/reference.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Wordmark } from "../../kit/mark.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { anchorOf } from "./operation-anchor.ts";
import { OperationView } from "./operation-view.tsx";
import classes from "./reference.module.css";

function fits(operation: Operation, wanted: string): boolean {
  return `${operation.method} ${operation.path} ${operation.summary} ${operation.operationId} ${operation.description}`.toLowerCase().includes(wanted);
}

/** The reference of the HTTP API, drawn from its OpenAPI document. */
export function ReferencePage() {
  useDocumentTitle("API reference · Granary");
  const { data, error, refetch } = useQuery(referenceQuery());
  return (
    <div className={classes.frame}>
      <header className={classes.top}>
        <a href="/" className={classes.home} aria-label="Granary, home">
          <Wordmark size={20} />
        </a>
        <span className={classes.kind}>API reference</span>
        <a className={classes.document} href="/api/openapi.json">
          openapi.json
        </a>
      </header>
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <PageSkeleton />}
      {data !== undefined && <Body reference={data} />}
    </div>
  );
}

function Body({ reference }: { readonly reference: Reference }) {
  const [typed, setTyped] = useState("");
  const wanted = useDeferredValue(typed.trim().toLowerCase());
  const groups = reference.groups
    .map(([tag, operations]) => [tag, operations.filter((operation) => fits(operation, wanted))] as const)
    .filter(([, operations]) => operations.length > 0);
  return (
    <div className={classes.columns}>
      <nav className={classes.side} aria-label="Operations">
        <TextInput
          type="search"
          size="xs"
          aria-label="Search operations"
          placeholder="Search operations"
          leftSection={<Search size={14} aria-hidden="true" />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={classes.links}>
          {groups.map(([tag, operations]) => (
            <div key={tag}>
              <h2 className={classes.tag}>{tag}</h2>
              <ul>
                {operations.map((operation) => (
                  <li key={operation.operationId}>
                    <a href={`#${anchorOf(operation)}`}>{operation.summary}</a>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      </nav>
      <main className={classes.main}>
        <h1 className={classes.title}>The HTTP API</h1>
        <p className={classes.lead}>
          {reference.count} operations below <code>/api/v1</code>, version {reference.version}. Send an API key as <code>X-API-Key</code> or an access token as
          a bearer token; a browser that is signed in needs neither. Errors are RFC 9457 problem documents with a stable <code>code</code>, every issue at once,
          and a request id. Lists answer <code>items</code> and <code>next</code>: send <code>next</code> as <code>cursor</code> until it is null.
        </p>
        {groups.length === 0 && <EmptyState title="No operation fits" text="Search by address, by what it does, or by permission." />}
        {groups.map(([tag, operations]) => (
          <section key={tag} aria-label={tag}>
            <h2 className={classes.group}>{tag}</h2>
            {operations.map((operation) => (
              <OperationView key={operation.operationId} operation={operation} schemas={reference.schemas} />
            ))}
          </section>
        ))}
      </main>
    </div>
  );
}
