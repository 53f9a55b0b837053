import type { ListedDataset } from "@granary/protocol";
import type { DatasetRow } from "../seen-datasets.ts";
import type { Term } from "./find-terms.ts";
import { wordsOf } from "./words.ts";

type Match = NonNullable<ListedDataset["match"]>;

const MAX_PLACES = 6;

/** Where a dataset has the words of a search, names of columns and labels in full. */
export function findMatch(row: DatasetRow, terms: readonly Term[]): Match {
  const meant = new Map(terms.map((term) => [term.typed, new Set(term.words)]));
  const shown = new Set<string>();
  /** What of a text to mark: the typed words as far as they are in it, otherwise the text's own words that were meant. */
  const mark = (text: string): boolean => {
    const words = wordsOf(text);
    const whole = words.join("");
    const before = shown.size;
    let isHit = false;
    for (const [typed, ways] of meant) {
      const hit = words.find((word) => ways.has(word) || word.startsWith(typed)) ?? (ways.has(whole) ? text.toLowerCase() : undefined);
      if (hit === undefined) continue;
      isHit = true;
      shown.add(hit.includes(typed) ? typed : hit);
    }
    return isHit || shown.size > before;
  };
  const places: Match["places"] = [];
  const look = (place: Match["places"][number]["in"], texts: readonly string[]): void => {
    for (const text of texts) if (places.length < MAX_PLACES && mark(text)) places.push({ in: place, text: place === "description" ? "" : text });
  };
  look("name", [row.name]);
  look("tag", row.tags);
  look(
    "column",
    (row.columns ?? []).map((column) => column.name),
  );
  look("description", [row.description]);
  return { words: [...shown], places };
}
