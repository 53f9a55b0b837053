import { runParts } from "../foundation/run-parts.ts";
import { catalogSearch } from "./catalog-search.ts";
import { downloadCsv } from "./download-csv.ts";
import { grid } from "./grid.ts";
import { importCsv } from "./import.ts";
import { rowPages } from "./row-pages.ts";

await runParts({
  import: importCsv,
  "row-pages": rowPages,
  "download-csv": downloadCsv,
  grid,
  "catalog-search": catalogSearch,
});
