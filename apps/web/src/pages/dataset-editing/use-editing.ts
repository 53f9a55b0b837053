import type { Column, RowEdit } from "@granary/protocol";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { draftCalls, type EditDraft } from "../../api/change-drafts.ts";
import type { GridSource } from "../../kit/grid/index.ts";
import { DraftSaver } from "./draft-saver.ts";
import { type Edits, differing, editsOf } from "./edit-state.ts";
import { EditedSource } from "./edited-source.ts";

interface EditingOptions {
  readonly dataset: string;
  readonly columns: readonly Column[];
  readonly base: GridSource;
  /** What was found of an earlier time. */
  readonly draft: EditDraft | null;
}

/** Edits over the rows of a dataset: shown at once, kept on the server a moment later. */
export function useEditing({ dataset, columns, base, draft }: EditingOptions) {
  const [edits, setEdits] = useState<Edits>(() => editsOf(draft?.rows ?? []));
  const [saver] = useState(() => new DraftSaver(dataset, draftCalls, draft?.id));
  const saving = useSyncExternalStore(saver.subscribe, saver.state);
  const source = useMemo(
    () =>
      new EditedSource(
        base,
        columns.map(({ name }) => name),
      ),
    [base, columns],
  );
  useEffect(() => source.setEdits(edits.rows), [source, edits]);
  // Leaving must not lose what was typed last.
  useEffect(() => () => void saver.flush(), [saver]);
  const change = (act: (before: Edits) => Edits) => {
    const after = act(edits);
    if (after === edits) return;
    saver.change(differing(edits.rows, after.rows).map((rowId): readonly [string, RowEdit | undefined] => [rowId, after.rows.get(rowId)]));
    setEdits(after);
  };
  const clear = () => {
    saver.forget();
    setEdits(editsOf([]));
  };
  return { edits, change, clear, source, saver, saving };
}
