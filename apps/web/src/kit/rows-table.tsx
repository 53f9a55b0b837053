import type { GraphColumn } from "@granary/protocol";
import classes from "./rows-table.module.css";

interface RowsTableProps {
  /** What the rows are, for screen readers. */
  readonly label: string;
  readonly columns: readonly Pick<GraphColumn, "name" | "type">[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const NUMBERS = new Set(["integer", "number"]);
const isNumber = (type: string): boolean => NUMBERS.has(type) || type.startsWith("decimal");

/** A few rows as they are, such as a preview or a sample. For whole datasets there is the grid. */
export function RowsTable({ label, columns, rows }: RowsTableProps) {
  return (
    <div className={classes.frame} role="region" aria-label={label} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ name, type }) => (
              <th key={name} scope="col" data-align={isNumber(type) ? "right" : undefined}>
                {name}
                <span className={classes.type}>{type}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map(({ name, type }, place) => {
                const value = row[place] ?? null;
                return (
                  <td key={name} data-align={isNumber(type) ? "right" : undefined} title={value ?? undefined}>
                    {value === null ? <span className={classes.nothing}>null</span> : value}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
