import { isApiError } from "@granary/client";
import { Button, Checkbox } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./data-list.module.css";
import { ErrorNote } from "./error-note.tsx";
import { Line } from "./skeleton.tsx";

export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  readonly align?: "right";
  readonly width?: string;
  /** The row's name: its header cell, and the head of its card on a phone. */
  readonly primary?: boolean;
  /** Not said on a phone; the row's own page tells. */
  readonly deskOnly?: boolean;
}

export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly onChange: (ids: ReadonlySet<string>) => void;
}

interface DataListProps<T> {
  /** What the list holds, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  /** Undefined while the first page loads. */
  readonly rows: readonly T[] | undefined;
  readonly rowId: (row: T) => string;
  readonly rowName: (row: T) => string;
  readonly empty: ReactNode;
  readonly error?: unknown;
  readonly onRetry?: () => void;
  readonly selection?: Selection | undefined;
  /** A button at the row's end, such as a menu. */
  readonly rowAction?: ((row: T) => ReactNode) | undefined;
  readonly more?: { readonly has: boolean; readonly loading: boolean; readonly load: () => void };
}

const SKELETON_ROWS = 6;
const WIDTHS = ["72%", "54%", "63%", "48%", "80%", "58%"];

function SkeletonRows({ columns }: { readonly columns: number }) {
  return Array.from({ length: SKELETON_ROWS }, (_, row) => (
    <tr key={row} role="row" className={classes.row} aria-hidden="true">
      {Array.from({ length: columns }, (__, cell) => (
        <td key={cell} role="cell" className={classes.cell}>
          <Line width={WIDTHS[(row + cell) % WIDTHS.length] ?? "60%"} />
        </td>
      ))}
    </tr>
  ));
}

/** The list of every administration page: a table on a desk, cards on a phone, the same markup for both. */
export function DataList<T>(props: DataListProps<T>) {
  const { rows, more, error } = props;
  // A list one may not read is no part of a page: the whole place needs the permission.
  if (isApiError(error, "access.denied")) throw error;
  if (rows === undefined && error != null) return <ErrorNote error={error} onRetry={props.onRetry} />;
  if (rows?.length === 0 && more?.has !== true) return <>{props.empty}</>;
  return (
    <div className={classes.frame}>
      <table role="table" className={classes.table} aria-label={props.label} aria-busy={rows === undefined}>
        <Head {...props} />
        <tbody role="rowgroup">
          {rows === undefined ? <SkeletonRows columns={columnCount(props)} /> : rows.map((row) => <Row key={props.rowId(row)} row={row} {...props} />)}
        </tbody>
      </table>
      {more?.has === true && (
        <div className={classes.more}>
          <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}

function columnCount<T>({ columns, selection, rowAction }: DataListProps<T>): number {
  return columns.length + (selection === undefined ? 0 : 1) + (rowAction === undefined ? 0 : 1);
}

function Head<T>({ columns, rows, rowId, selection, rowAction }: DataListProps<T>) {
  return (
    <thead role="rowgroup" className={classes.head}>
      <tr role="row">
        {selection !== undefined && <SelectAll rows={rows ?? []} rowId={rowId} selection={selection} />}
        {columns.map((column) => (
          <th key={column.id} role="columnheader" scope="col" data-align={column.align} style={{ width: column.width }} className={classes.header}>
            {column.header}
          </th>
        ))}
        {rowAction !== undefined && (
          <th role="columnheader" scope="col" className={classes.tail}>
            <span className="g-hidden">Actions</span>
          </th>
        )}
      </tr>
    </thead>
  );
}

function SelectAll<T>({ rows, rowId, selection }: { readonly rows: readonly T[]; readonly rowId: (row: T) => string; readonly selection: Selection }) {
  const chosen = rows.filter((row) => selection.ids.has(rowId(row))).length;
  return (
    <th role="columnheader" scope="col" className={classes.check}>
      <Checkbox
        size="xs"
        aria-label="Select all that are shown"
        checked={rows.length > 0 && chosen === rows.length}
        indeterminate={chosen > 0 && chosen < rows.length}
        onChange={(event) => selection.onChange(new Set(event.currentTarget.checked ? rows.map(rowId) : []))}
      />
    </th>
  );
}

function Row<T>({ row, columns, rowId, rowName, selection, rowAction }: DataListProps<T> & { readonly row: T }) {
  const id = rowId(row);
  const toggle = (on: boolean) => {
    const ids = new Set(selection?.ids);
    if (on) ids.add(id);
    else ids.delete(id);
    selection?.onChange(ids);
  };
  return (
    <tr role="row" className={classes.row} data-selected={selection?.ids.has(id) || undefined}>
      {selection !== undefined && (
        <td role="cell" className={classes.check}>
          <Checkbox size="xs" aria-label={`Select ${rowName(row)}`} checked={selection.ids.has(id)} onChange={(event) => toggle(event.currentTarget.checked)} />
        </td>
      )}
      {columns.map((column) =>
        column.primary === true ? (
          <th key={column.id} role="rowheader" scope="row" className={classes.primary}>
            {column.cell(row)}
          </th>
        ) : (
          <td key={column.id} role="cell" className={classes.cell} data-align={column.align} data-desk={column.deskOnly || undefined}>
            <span className={classes.label} aria-hidden="true">
              {column.header}
            </span>
            {column.cell(row)}
          </td>
        ),
      )}
      {rowAction !== undefined && (
        <td role="cell" className={classes.tail}>
          {rowAction(row)}
        </td>
      )}
    </tr>
  );
}
