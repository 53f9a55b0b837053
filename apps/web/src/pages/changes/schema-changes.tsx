import type { ChangeRequest } from "@granary/protocol";
import { useQuery } from "@tanstack/react-query";
import { overviewQuery } from "../../api/change-diff.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { differenceText } from "../dataset-schema/difference-text.ts";
import classes from "./request.module.css";

const LETTERS: Readonly<Record<string, "A" | "D">> = { added: "A", dropped: "D" };

/** What a request changes of columns and their rules, and which rows stand against it. */
export function SchemaChanges({ change, revision }: { readonly change: ChangeRequest; readonly revision: number | undefined }) {
  const { data, error, refetch } = useQuery(overviewQuery(change.id, revision, change.current?.digest ?? null));
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  if (data.schema.length === 0) return <EmptyState small title="No column changes" text="What was proposed is what the dataset has." />;
  return (
    <div className={classes.stack}>
      <ul className={classes.schema} aria-label="Changes of columns">
        {data.schema.map((difference) => (
          <li key={`${difference.kind} ${difference.column ?? ""}`} data-kind={difference.kind}>
            <span className={classes.schemaLetter} aria-hidden="true">
              {LETTERS[difference.kind] ?? "M"}
            </span>
            {differenceText(difference)}
          </li>
        ))}
      </ul>
      {data.schemaFaults.length > 0 && (
        <div className={classes.fault} role="alert">
          <StatusBadge tone="bad">Some rows stand against it</StatusBadge>
          <ul className={classes.faultList}>
            {data.schemaFaults.map(({ column, message, rows, examples }) => (
              <li key={`${column} ${message}`}>
                <span className="g-mono">{column}</span>: {message} ({rows} {rows === 1 ? "row" : "rows"}
                {examples.length > 0 && `, such as ${examples.join(", ")}`})
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
