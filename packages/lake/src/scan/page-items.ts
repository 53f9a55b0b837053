import { column, type SelectItem } from "@granary/engine";
import { FILE_ORDINAL, ROW_PLACE, shownItems } from "./planned-rows.ts";
import { previewItem } from "./preview-cells.ts";
import type { PageScan } from "./scan-parts.ts";
import type { ShownColumnType } from "./shown-types.ts";

const SINGLE: ShownColumnType = { kind: "single", sqlType: undefined };

/** What a page's query answers: the shown columns as the reader wants them, and each row's place. */
export function pageItems({ chosen, preview }: Pick<PageScan, "chosen" | "preview">): readonly SelectItem[] {
  const shown =
    preview === undefined ? shownItems(chosen) : chosen.shown.map((item, index) => previewItem(item, preview.types[index] ?? SINGLE, preview.maxCharacters));
  return [...shown, ...[FILE_ORDINAL, ROW_PLACE].map((name) => ({ expression: column(name), as: name }))];
}
