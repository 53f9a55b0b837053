import "../../src/theme/tokens.css";
import "../../src/theme/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Grid, type GridColumn, listSource } from "../../src/kit/grid/index.ts";
import { scrollGrid, scrollToEnd } from "./scroll-grid.ts";

Object.assign(globalThis, { scrollGrid, scrollToEnd });

/** The grid alone, with `?rows=…&columns=…` made as they come in sight: what the benchmark of scrolling looks at. */
const asked = new URLSearchParams(location.search);
const rows = Number(asked.get("rows") ?? 1_000_000);
const columns = Array.from(
  { length: Number(asked.get("columns") ?? 30) },
  (_, index): GridColumn => ({ name: `column ${index + 1}`, numeric: index % 3 === 0 }),
);
const source = listSource(rows, (row) => ({
  cells: columns.map((_, column) => ((row + column) % 17 === 5 ? null : column % 3 === 0 ? (row * 1.37 + column).toFixed(2) : `value ${row} of ${column}`)),
}));

const root = document.querySelector("#root");
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <Grid label="Rows" columns={columns} source={source} total={rows} pinned={1} height="90vh" />
    </StrictMode>,
  );
