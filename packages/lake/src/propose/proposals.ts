import type { DiffParts } from "../diff/index.ts";
import { proposeFile } from "./propose-file.ts";
import { proposeRows } from "./propose-rows.ts";
import { spreadOfChanges } from "./spread-of-changes.ts";
import { suggestKeys } from "./suggest-keys.ts";
import { summarizeChanges } from "./summarize-changes.ts";
import type { Proposals } from "./types.ts";

export function proposals(parts: DiffParts): Proposals {
  return {
    proposeFile: (input) => proposeFile(parts, input),
    proposeRows: (input) => proposeRows(parts, input),
    suggestKeys: (table, options) => suggestKeys(parts, table, options),
    summarizeChanges: (changeSet, request) => summarizeChanges(parts, changeSet, request),
    spreadOfChanges: (changeSet, request) => spreadOfChanges(parts, changeSet, request),
  };
}
