import type { Column, Dataset } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { EditDraft } from "../../api/change-drafts.ts";
import { type CellAt, Grid, type GridHandle, type GridPainter, type GridSource } from "../../kit/grid/index.ts";
import { Letter } from "../changes/count-marks.tsx";
import { gridColumns } from "../datasets/grid-columns.tsx";
import { CellInput, type Leave } from "./cell-input.tsx";
import { EditBar } from "./edit-bar.tsx";
import classes from "./editing.module.css";
import { addRow, type Edits, newRowId, redo, toggleRow, undo } from "./edit-state.ts";
import type { EditedRow } from "./edited-source.ts";
import { useEditing } from "./use-editing.ts";
import { type Typing, useSheet } from "./use-sheet.ts";

interface EditGridProps {
  readonly dataset: Dataset;
  readonly columns: readonly Column[];
  readonly keys: readonly string[];
  readonly base: GridSource;
  readonly draft: EditDraft | null;
  readonly onLeave: () => void;
}

const MARKS = { add: "added", modify: "modified", delete: "removed" } as const;

const isPrintable = (event: KeyboardEvent): boolean => event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;

/** The rows of a dataset as a sheet: what is edited is kept as a draft until it is proposed. */
export function EditGrid({ dataset, columns, keys, base, draft, onLeave }: EditGridProps) {
  const { edits, change, clear, source, saver, saving } = useEditing({ dataset: dataset.id, columns, base, draft });
  const handle = useRef<GridHandle>(null);
  const [at, setAt] = useState<CellAt>({ row: 0, column: 0 });
  const { typing, setTyping, said, begin, set, paste } = useSheet({ source, columns, keys, change });
  const shown = useMemo(() => gridColumns(columns), [columns]);

  const goTo = (to: CellAt) => {
    handle.current?.focus();
    const last = Math.max(0, source.state().loaded - 1);
    handle.current?.goTo({ row: Math.min(last, Math.max(0, to.row)), column: Math.min(columns.length - 1, Math.max(0, to.column)) });
  };
  const commit = (to: Typing, value: string, then: Leave) => {
    setTyping(undefined);
    if (value !== (source.row(to.row)?.cells[to.column] ?? "")) set(to, value === "" ? null : value);
    if (then === "down") goTo({ row: to.row + 1, column: to.column });
    else if (then !== "stay") goTo({ row: to.row, column: to.column + (then === "right" ? 1 : -1) });
  };
  const add = () => {
    change((before) => addRow(before, newRowId()));
    const row = source.added;
    // The grid draws the new row first.
    requestAnimationFrame(() => goTo({ row, column: 0 }));
  };
  const remove = () => {
    const target = source.row(at.row)?.target;
    if (target !== undefined) change((before) => toggleRow(before, target));
    // The way back by the keyboard starts in the grid.
    handle.current?.focus();
  };
  const onFarKey = (event: KeyboardEvent): boolean => {
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) change(undo);
    else if (key === "y" || key === "z") change(redo);
    else if (key === "backspace") remove();
    else return false;
    return true;
  };
  const onKey = (event: KeyboardEvent, to: CellAt): boolean => {
    if (to.row < 0 || event.altKey) return false;
    if (event.ctrlKey || event.metaKey) return onFarKey(event);
    if (event.key === "Enter" || event.key === "F2") begin(to);
    else if (event.key === "Delete" || event.key === "Backspace") set(to, null);
    else if (isPrintable(event)) begin(to, event.key);
    else return false;
    return true;
  };
  const painter: GridPainter<EditedRow> = {
    cell: (_row, column, index) =>
      typing?.row === index && typing.column === column ? (
        <CellInput
          label={`${columns[column]?.name ?? ""} of row ${index + 1}`}
          start={typing.text}
          onCommit={(value, then) => commit(typing, value, then)}
          onCancel={() => {
            setTyping(undefined);
            goTo(typing);
          }}
        />
      ) : undefined,
    head: (row) => (row.op === undefined ? undefined : <Letter kind={MARKS[row.op]} />),
  };
  return (
    <>
      <EditBar
        dataset={dataset}
        count={edits.rows.size}
        saver={saver}
        saving={saving}
        onDone={clear}
        onLeave={onLeave}
        tools={
          <EditTools
            edits={edits}
            isDeleted={source.row(at.row)?.op === "delete"}
            onAdd={add}
            onRemove={remove}
            onEdits={(act) => {
              change(act);
              handle.current?.focus();
            }}
          />
        }
      />
      <div className={classes.sheet}>
        <Grid
          label={`Rows of ${dataset.name}, edited`}
          columns={shown}
          source={source}
          painter={painter}
          handle={handle}
          pinned={columns.length < 3 ? 0 : 1}
          onKey={onKey}
          onPaste={paste}
          onCell={setAt}
          onOpen={(to) => begin(to)}
          leastWidth={104}
          height="max(320px, calc(100dvh - 356px))"
          status={<span>{said === "" ? "Type to edit a cell, Enter or F2 to change it, paste a block, Ctrl+Z to undo." : said}</span>}
        />
      </div>
    </>
  );
}

interface EditToolsProps {
  readonly edits: Edits;
  /** Whether the row that is looked at is deleted. */
  readonly isDeleted: boolean;
  readonly onAdd: () => void;
  readonly onRemove: () => void;
  readonly onEdits: (act: (before: Edits) => Edits) => void;
}

function EditTools({ edits, isDeleted, onAdd, onRemove, onEdits }: EditToolsProps) {
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={onAdd}>
        Add a row
      </Button>
      <Button size="compact-sm" variant="default" onClick={onRemove}>
        {isDeleted ? "Keep the row" : "Delete the row"}
      </Button>
      <Button size="compact-sm" variant="default" disabled={edits.past.length === 0} onClick={() => onEdits(undo)}>
        Undo
      </Button>
      <Button size="compact-sm" variant="default" disabled={edits.future.length === 0} onClick={() => onEdits(redo)}>
        Redo
      </Button>
    </>
  );
}
