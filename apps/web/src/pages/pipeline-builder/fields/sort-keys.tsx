import type { GraphColumn } from "@granary/protocol";
import { Pick } from "./choice.tsx";
import { ColumnSelect } from "./column-select.tsx";
import { Field } from "./field.tsx";
import classes from "./fields.module.css";
import { Rows } from "./rows.tsx";

export interface SortKey {
  readonly column: string;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
}

const DIRECTIONS = [
  { value: "asc", label: "Smallest first" },
  { value: "desc", label: "Largest first" },
] as const;
const NULLS = [
  { value: "last", label: "Empty last" },
  { value: "first", label: "Empty first" },
] as const;

interface SortKeysProps {
  readonly path: string;
  readonly label: string;
  readonly text?: string;
  readonly columns: readonly GraphColumn[];
  readonly value: readonly SortKey[];
  readonly onChange: (keys: SortKey[]) => void;
}

/** An order of rows by columns. */
export function SortKeys({ path, label, text, columns, value, onChange }: SortKeysProps) {
  const free = columns.find(({ name }) => !value.some(({ column }) => column === name)) ?? columns[0];
  return (
    <Field path={path} label={label} {...(text === undefined ? {} : { text })}>
      <Rows
        name="column"
        isOrdered
        rows={value}
        onChange={onChange}
        fresh={() => ({ column: free?.name ?? "column", direction: "asc" as const, nulls: "last" as const })}
      >
        {(key, set, index) => (
          <div className={classes.sortKey}>
            <ColumnSelect
              path={`${path}.${index}.column`}
              spoken={`Column ${index + 1}`}
              columns={columns}
              value={key.column}
              onChange={(column) => set({ column })}
            />
            <Pick
              path={`${path}.${index}.direction`}
              label="Direction"
              bare
              value={key.direction}
              options={DIRECTIONS}
              onChange={(direction) => set({ direction })}
            />
            <Pick path={`${path}.${index}.nulls`} label="Empty values" bare value={key.nulls} options={NULLS} onChange={(nulls) => set({ nulls })} />
          </div>
        )}
      </Rows>
    </Field>
  );
}
