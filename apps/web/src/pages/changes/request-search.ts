import type { DiffSearch } from "../change-diff/use-diff-search.ts";
import { choiceParam, keyParam, objectParam, present, textParam } from "../../kit/search-params.ts";

/** Keys of rows, and filters. */
const LONG_TEXT = 4_000;
const KINDS = ["added", "removed", "modified", "format", "duplicate_key", "null_key"] as const;

export const REQUEST_TABS = ["conversation", "checks", "conflicts", "revisions"] as const;

function wholeNumber(raw: Record<string, unknown>, name: string): number | undefined {
  const number = Number(textParam(raw, name, 9) ?? Number.NaN);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** What the address of a request says: the tab, and of the changes what is shown and where one stands. */
export const requestSearch = (raw: Record<string, unknown>): DiffSearch & { readonly tab?: (typeof REQUEST_TABS)[number]; readonly compare?: string } =>
  present({
    tab: choiceParam(raw, "tab", REQUEST_TABS),
    compare: textParam(raw, "compare", 30),
    revision: wholeNumber(raw, "revision"),
    kind: choiceParam(raw, "kind", KINDS),
    column: textParam(raw, "column", 255),
    filter: objectParam(raw, "filter"),
    q: textParam(raw, "q", 500),
    layout: choiceParam(raw, "layout", ["split"]),
    only: choiceParam(raw, "only", ["changed"]),
    row: keyParam(raw, "row", LONG_TEXT),
    cell: textParam(raw, "cell", 500),
  });
