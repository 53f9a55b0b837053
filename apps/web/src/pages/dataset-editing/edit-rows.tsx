import type { Column, Dataset } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { editDraftQuery } from "../../api/change-drafts.ts";
import { readRows, type SortedChoice } from "../../api/dataset-rows.ts";
import { schemaQuery } from "../../api/dataset-schema.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { PagedSource } from "../../kit/grid/index.ts";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { EditGrid } from "./edit-grid.tsx";

interface EditRowsProps {
  readonly dataset: Dataset;
  readonly columns: readonly Column[];
  readonly choice: SortedChoice;
  readonly onLeave: () => void;
}

/** Editing the rows of a dataset as a proposal, with what was edited earlier. */
export function EditRows({ dataset, columns, choice, onLeave }: EditRowsProps) {
  const schema = useQuery(schemaQuery(dataset.id, undefined, dataset.dataVersion));
  const draft = useQuery(editDraftQuery(dataset.id));
  const { filter, sort, q } = choice;
  const base = useMemo(
    () => new PagedSource((cursor, signal) => readRows(dataset.id, { filter, sort, q }, cursor, signal)),
    // oxlint-disable-next-line react/exhaustive-deps -- another version has other rows, though no request says so
    [dataset.id, dataset.dataVersion, filter, sort, q],
  );
  const error = schema.error ?? draft.error;
  if (error !== null) return <ErrorNote error={error} onRetry={() => void Promise.all([schema.refetch(), draft.refetch()])} />;
  if (schema.data === undefined || draft.data === undefined) return <PageSkeleton />;
  if (schema.data.keys.length === 0)
    return (
      <EmptyState
        small
        title="Rows cannot be told apart"
        text="Only a dataset with key columns can be edited row by row. Name some under Columns, or propose an edited file."
        action={
          <Button variant="default" onClick={onLeave}>
            Back to the rows
          </Button>
        }
      />
    );
  return <EditGrid dataset={dataset} columns={columns} keys={schema.data.keys} base={base} draft={draft.data} onLeave={onLeave} />;
}
