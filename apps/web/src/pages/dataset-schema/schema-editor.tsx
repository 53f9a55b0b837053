import type { Dataset, DatasetSchema, SchemaDocument } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import { ProposeSchema } from "../dataset-changes/propose-schema.tsx";
import { ColumnEditor } from "./column-editor.tsx";
import { ReviewDialog, ReviewProblem, useReview } from "./review-dialog.tsx";
import classes from "./schema.module.css";
import { changedCount, type DraftColumn, draftDocument, moved, newColumn, toDraft } from "./schema-draft.ts";

interface SchemaEditorProps {
  readonly dataset: Dataset;
  /** The columns as they were when editing began; what others change meanwhile is found when it is reviewed. */
  readonly schema: DatasetSchema;
  /** Whether this person may change columns without asking; others propose. */
  readonly mayApply: boolean;
  readonly mayPropose: boolean;
  readonly onEnd: () => void;
}

/** Collects changes of columns; they are looked at together, and made as one. */
export function SchemaEditor({ dataset, schema, mayApply, mayPropose, onEnd }: SchemaEditorProps) {
  const start = useMemo(() => toDraft(schema), [schema]);
  const [draft, setDraft] = useState(start);
  const [proposed, setProposed] = useState<SchemaDocument>();
  const { review, look, isLooking, error, close } = useReview(dataset);
  const stored = useMemo(() => new Map(start.map(({ key, type }) => [key, type])), [start]);
  const onChange = useCallback(
    (key: string, change: Partial<DraftColumn>) => setDraft((before) => before.map((column) => (column.key === key ? { ...column, ...change } : column))),
    [],
  );
  const onMove = useCallback((key: string, by: -1 | 1) => setDraft((before) => moved(before, key, by)), []);
  // A column that is only in the draft goes at once; others stay, struck through, so that they can be kept after all.
  const onRemove = useCallback(
    (key: string) =>
      setDraft((before) =>
        before.flatMap((column) => (column.key !== key ? [column] : column.id === undefined ? [] : [{ ...column, isDropped: true, isKey: false }])),
      ),
    [],
  );
  const count = changedCount(draft, start) + Math.max(0, start.length - draft.length);
  const ask = (version: number) => look(draftDocument(draft, schema), version);
  return (
    <div className={classes.stack}>
      <ol className={classes.columns} aria-label="Columns being edited">
        {draft.map((column) => (
          <ColumnEditor key={column.key} column={column} stored={stored.get(column.key) ?? ""} onChange={onChange} onMove={onMove} onRemove={onRemove} />
        ))}
      </ol>
      <div>
        <Button size="xs" variant="default" onClick={() => setDraft((before) => [...before, newColumn()])}>
          Add a column
        </Button>
      </div>
      <ReviewProblem error={error} onAgain={ask} onTake={onEnd} />
      <div className={classes.footer}>
        <span className={classes.soft}>{count === 0 ? "Nothing is changed yet." : `${count} ${count === 1 ? "column differs" : "columns differ"}.`}</span>
        <Button size="xs" variant="default" onClick={onEnd}>
          Cancel
        </Button>
        {mayApply ? (
          <Button size="xs" disabled={count === 0} loading={isLooking} onClick={() => ask(schema.version)}>
            Review changes
          </Button>
        ) : (
          <Button size="xs" disabled={count === 0} onClick={() => setProposed(draftDocument(draft, schema))}>
            Propose changes
          </Button>
        )}
      </div>
      {review !== undefined && proposed === undefined && (
        <ReviewDialog
          dataset={dataset}
          review={review}
          onClose={close}
          onApplied={onEnd}
          onPropose={mayPropose ? () => setProposed(review.document) : undefined}
        />
      )}
      {proposed !== undefined && <ProposeSchema dataset={dataset} document={proposed} onClose={() => setProposed(undefined)} />}
    </div>
  );
}
