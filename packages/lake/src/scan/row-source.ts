import { createHash } from "node:crypto";
import type { LiveDataFile } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import { chooseRows, type RowChoice } from "./row-choice.ts";
import { filesFor } from "./scan-parts.ts";

const uris = ({ file, positionDeletes, equalityDeletes }: LiveDataFile): string =>
  [file.uri, ...[...positionDeletes, ...equalityDeletes].map((item) => item.file.uri).toSorted()].join(" ");

/**
 * Names the files that chosen rows may come from, without reading any: two snapshots of a table with the same columns and the
 * same name here have the same rows of that choice. The reverse does not hold.
 */
export function rowSource(table: OpenTable, choice: RowChoice): string {
  const files = filesFor(chooseRows(table, choice)).map(uris).toSorted();
  return createHash("sha256").update(files.join("\n")).digest("hex");
}
