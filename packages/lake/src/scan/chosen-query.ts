import type { Query, SelectItem } from "@granary/engine";
import type { HeldFiles } from "../files/index.ts";
import { PLACE_KEYS } from "./keyset.ts";
import { plannedRows, shownItems } from "./planned-rows.ts";
import type { Chosen } from "./row-choice.ts";

/** All chosen rows under the names the reader knows, sorted as asked for. */
export function chosenQuery(chosen: Chosen, held: HeldFiles, options: { readonly items?: readonly SelectItem[]; readonly limit?: number } = {}): Query {
  const isSorted = chosen.orderBy.length > 0;
  return {
    kind: "select",
    items: options.items ?? shownItems(chosen),
    from: { kind: "query", query: plannedRows(chosen, held, { withPlaces: isSorted }) },
    ...(isSorted ? { orderBy: [...chosen.orderBy, ...PLACE_KEYS] } : {}),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  };
}
