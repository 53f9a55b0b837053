import { Fault } from "../../fault.ts";
import { columnNames } from "./column-names.ts";

export const MAX_COLUMNS = 10_000;

export interface NamedColumn {
  readonly name: string;
  readonly renamedFrom?: string;
}

/** Names for the columns of a file: as it has them, made usable and different, each change kept. Throws `file.too_many_columns`. */
export function nameColumns(header: readonly string[] | undefined, count: number): readonly NamedColumn[] {
  if (count > MAX_COLUMNS) throw new Fault("file.too_many_columns", { columns: count, limit: MAX_COLUMNS });
  const raw = Array.from({ length: count }, (_, index) => header?.[index] ?? "");
  return columnNames(raw).map((name, index) => {
    const from = raw[index] as string;
    return header === undefined || name === from ? { name } : { name, renamedFrom: from };
  });
}
