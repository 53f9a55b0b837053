export type { GridColumn } from "./columns.ts";
export { Grid, type GridHandle } from "./grid.tsx";
export type { GridPainter } from "./grid-row.tsx";
export type { GridRow, GridSource, GridState } from "./grid-source.ts";
export { listSource } from "./list-source.ts";
export type { CellAt } from "./move-cell.ts";
export { PagedSource, type SourcePage } from "./paged-source.ts";
export { nextSort, type SortBy } from "./sort-order.ts";
