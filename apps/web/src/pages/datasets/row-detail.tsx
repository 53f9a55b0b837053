import type { Column } from "@granary/protocol";
import { Button, Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { rowAtQuery, rowByKeyQuery, type SortedChoice } from "../../api/dataset-rows.ts";
import { useCopy } from "../../kit/copy-id.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import type { GridRow, PagedSource } from "../../kit/grid/index.ts";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { RowHistory } from "../dataset-changes/row-history.tsx";
import classes from "./rows.module.css";
import { TypeIcon } from "./type-icon.tsx";

interface RowDetailProps {
  readonly dataset: string;
  readonly columns: readonly Column[];
  readonly choice: SortedChoice;
  readonly source: PagedSource;
  /** A row's key as JSON, or its number where the dataset has no keys. */
  readonly row: string;
  /** The column whose cell is shown above the others. */
  readonly cell: string | undefined;
  readonly onCell: (column: string) => void;
  readonly onClose: () => void;
}

/** One row with every cell whole, the chosen one first. */
export function RowDetail(props: RowDetailProps) {
  const isKey = props.row.startsWith("[");
  return (
    <Drawer opened onClose={props.onClose} position="right" size="lg" title={isKey ? `Row ${readKey(props.row)}` : `Row ${props.row}`}>
      {isKey ? <RowByKey {...props} /> : <RowByNumber {...props} />}
    </Drawer>
  );
}

function readKey(text: string): string {
  try {
    const key: unknown = JSON.parse(text);
    return Array.isArray(key) ? key.join(", ") : text;
  } catch {
    return text;
  }
}

function RowByKey(props: RowDetailProps) {
  const { data, error, refetch } = useQuery(rowByKeyQuery(props.dataset, props.row, props.choice.version));
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  return (
    <>
      <Cells {...props} columns={data.columns} cells={data.cells} />
      <RowHistory dataset={props.dataset} rowKey={props.row} cell={props.cell} />
    </>
  );
}

function RowByNumber(props: RowDetailProps) {
  const { source, dataset, choice } = props;
  const index = Math.max(0, Number(props.row) - 1 || 0);
  const row = useSyncExternalStore(source.subscribe, () => source.row(index));
  const isCut = row?.cut !== undefined;
  const { data, error, refetch } = useQuery({ ...rowAtQuery(dataset, choice, source.placeOf(index)), enabled: isCut });
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  const cells = isCut ? data?.cells : row?.cells;
  return cells === undefined ? <PageSkeleton /> : <Cells {...props} cells={cells} />;
}

export interface CellsProps extends Pick<RowDetailProps, "columns" | "cell" | "onCell"> {
  readonly cells: GridRow["cells"];
}

/** The cells of a row, the chosen one whole above the others. */
export function Cells({ columns, cells, cell, onCell }: CellsProps) {
  const at = Math.max(
    0,
    columns.findIndex(({ name }) => name === cell),
  );
  const chosen = columns[at];
  const value = cells[at] ?? null;
  const { copied, copy } = useCopy();
  return (
    <>
      {chosen !== undefined && (
        <section aria-label={`Cell ${chosen.name}`}>
          <p className={classes.cellHead}>
            <TypeIcon type={chosen.type} />
            <strong>{chosen.name}</strong>
            <span className="g-soft">{chosen.masked ? `${chosen.storedType}, masked for you` : chosen.storedType}</span>
            <Button variant="default" size="compact-xs" disabled={value === null} onClick={() => copy(value ?? "")}>
              {copied ? "Copied" : "Copy as text"}
            </Button>
          </p>
          <pre className={classes.value} tabIndex={0}>
            {value ?? <span className={classes.null}>null</span>}
          </pre>
        </section>
      )}
      <dl className={classes.fields}>
        {columns.map(({ name }, index) => (
          <div key={name} className={classes.field} data-chosen={index === at || undefined}>
            <dt>
              <button type="button" onClick={() => onCell(name)}>
                {name}
              </button>
            </dt>
            <dd>{cells[index] ?? <span className={classes.null}>null</span>}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
