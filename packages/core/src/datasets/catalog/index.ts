export { formatOf } from "./format-of.ts";
export { listChanges } from "./list-changes.ts";
export { type ListedPage, listDatasets } from "./list-datasets.ts";
export { tendCatalog } from "./tend-catalog.ts";
export { updateDataset } from "./update-dataset.ts";
export { createView, deleteView, listViews } from "./views.ts";
export { writeWords } from "./write-words.ts";
