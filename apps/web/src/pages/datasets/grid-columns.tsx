import type { Column } from "@granary/protocol";
import type { GridColumn } from "../../kit/grid/index.ts";
import { isNumeric, TypeIcon } from "./type-icon.tsx";

/** Columns as a grid draws them. */
export function gridColumns(columns: readonly Column[]): readonly GridColumn[] {
  return columns.map(({ name, type, storedType, masked }) => ({
    name,
    numeric: isNumeric(type),
    masked,
    note: masked ? `${storedType}; masked for you: what you see, search and sort by is not what is stored` : storedType,
    icon: <TypeIcon type={type} />,
  }));
}
