import { isApiError } from "@granary/client";
import type { ChangedSchema, Dataset, DatasetSchema, SchemaDocument, SchemaFault } from "@granary/protocol";
import { Button, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { useApplySchema, useTrySchema } from "../../api/dataset-schema.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { FormProblem } from "../../kit/form.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { differenceText } from "./difference-text.ts";
import classes from "./schema.module.css";

/** What is about to be changed, as the server sees it. */
export interface Review {
  readonly document: SchemaDocument;
  /** The schema version it was edited from. */
  readonly version: number;
  readonly found: ChangedSchema;
}

/** Asks the server what a document would change, and keeps its answer until it is applied or left. */
export function useReview(dataset: Dataset) {
  const attempt = useTrySchema();
  const [review, setReview] = useState<Review>();
  const look = (document: SchemaDocument, version: number) =>
    attempt.mutate({ dataset: dataset.id, document, version }, { onSuccess: (found) => setReview({ document, version, found }) });
  return { review, look, isLooking: attempt.isPending, error: attempt.error, clear: attempt.reset, close: () => setReview(undefined) };
}

/** Why a review was refused: everything that is wrong with it, or that somebody else was faster. */
export function ReviewProblem({
  error,
  onAgain,
  onTake,
}: {
  readonly error: unknown;
  readonly onAgain: (version: number) => void;
  readonly onTake: () => void;
}) {
  if (error === null || error === undefined) return null;
  const current = isApiError(error, "edit.conflict") ? (error.current as DatasetSchema | undefined) : undefined;
  if (current === undefined) return <FormProblem problem={{ error, rest: isApiError(error, "request.invalid") ? error.issues : [], placed: false }} />;
  return (
    <div className={classes.stack}>
      <ErrorNote error={error} />
      <div className={classes.buttons}>
        <Button size="xs" variant="default" onClick={onTake}>
          Take the current columns
        </Button>
        <Button size="xs" variant="default" onClick={() => onAgain(current.version)}>
          Compare mine with the current
        </Button>
      </div>
    </div>
  );
}

interface ReviewDialogProps {
  readonly dataset: Dataset;
  readonly review: Review;
  readonly onClose: () => void;
  readonly onApplied: () => void;
  /** Asks others to look at it first; undefined for those who may not propose. */
  readonly onPropose: (() => void) | undefined;
}

/** Shows what changes and which rows stand against it, before anything does. */
export function ReviewDialog({ dataset, review, onClose, onApplied, onPropose }: ReviewDialogProps) {
  const { found, document, version } = review;
  const [reason, setReason] = useState("");
  const apply = useApplySchema();
  const go = () =>
    apply.mutate(
      { dataset: dataset.id, document, version, reason },
      {
        onSuccess: ({ schema }) => {
          toastDone("Columns changed", `They are those of version ${schema.dataVersion}.`);
          onApplied();
        },
      },
    );
  const isNothing = found.changes.length === 0;
  const mayApply = !isNothing && found.faults.length === 0;
  return (
    <Modal opened onClose={onClose} title="Change columns" size="lg">
      <div className={classes.review}>
        <Found found={found} />
        {apply.error !== null && <ErrorNote error={apply.error} />}
        {mayApply && (
          <TextInput
            label="Why"
            description="Shown beside the change"
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {mayApply ? "Cancel" : "Back"}
          </Button>
          {!isNothing && onPropose !== undefined && (
            <Button variant="default" onClick={onPropose}>
              Propose for review
            </Button>
          )}
          {mayApply && (
            <Button color={found.isDestructive ? "red" : "wheat"} loading={apply.isPending} onClick={go}>
              {found.isDestructive ? "Change and drop" : "Change"}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}

function Found({ found }: { readonly found: ChangedSchema }) {
  const hasFaults = found.faults.length > 0;
  if (found.changes.length === 0) return <p>Nothing would change.</p>;
  return (
    <>
      <Changes found={found} />
      {hasFaults && <Faults faults={found.faults} />}
      {!hasFaults && found.isDestructive && (
        <p>Dropped columns stay in older versions, and restoring one of those brings them back. New loads must not have them.</p>
      )}
    </>
  );
}

function Changes({ found }: { readonly found: ChangedSchema }) {
  return (
    <ul className={classes.list} aria-label="Changes">
      {found.changes.map((change) => (
        <li key={`${change.kind} ${change.column ?? ""}`} data-kind={change.kind}>
          {differenceText(change)}
        </li>
      ))}
    </ul>
  );
}

function Faults({ faults }: { readonly faults: readonly SchemaFault[] }) {
  return (
    <div className={classes.faults} role="alert">
      <p>Some rows stand against it. Correct them first, or ask for less.</p>
      <ul className={classes.list}>
        {faults.map(({ column, rule, message, examples }) => (
          <li key={`${rule} ${column}`}>
            {column}: {message}
            {examples.map((example) => (
              <span key={example} className={classes.example}>
                {example}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}
