export type { GridColumn } from "./columns.ts";
export { Grid } from "./grid.tsx";
export type { GridRow } from "./grid-source.ts";
export { listSource } from "./list-source.ts";
export type { CellAt } from "./move-cell.ts";
export { PagedSource, type SourcePage } from "./paged-source.ts";
export { nextSort, type SortBy } from "./sort-order.ts";
