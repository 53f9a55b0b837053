import type { Relation, SqlType } from "../../sql/index.ts";
import type { Spool, SpooledColumn } from "../spool/index.ts";

/** The rows of a spool as the engine reads them, their columns called `c0` and so on. */
export function sourceOf(spool: Spool, columns: readonly SpooledColumn[]): Relation {
  const text: SqlType = { kind: "text" };
  const named = columns.map((item, index) => ({ name: `c${index}`, type: item.isNested === true && item.type !== undefined ? item.type : text }));
  const withLine = [{ name: "line", type: { kind: "bigint" } as const }, ...named];
  if (spool.kind === "csv")
    return { kind: "csvFile", path: spool.path, columns: withLine, dialect: { delimiter: ",", quote: '"', header: false }, lineEnd: "lf" };
  if (spool.kind === "json") return { kind: "jsonFile", path: spool.path, columns: withLine, layout: "lines" };
  if (spool.kind === "delimited") {
    const { path, dialect, lineEnd, longestRecord } = spool;
    return { kind: "csvFile", path, columns: named, dialect, lineEnd, longestRecord };
  }
  return { kind: "parquetFiles", paths: [spool.path] };
}
