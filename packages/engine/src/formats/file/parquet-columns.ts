import type { EngineSession } from "../../process/session.ts";
import { call, column, type Relation, type SqlType } from "../../sql/index.ts";
import { parseType } from "./parse-type.ts";

export interface ParquetColumn {
  readonly key: string;
  readonly type: SqlType;
}

/** The columns of Parquet files that have the same, and how many rows their footers say there are. */
export async function parquetColumns(
  session: EngineSession,
  paths: readonly string[],
): Promise<{ readonly columns: readonly ParquetColumn[]; readonly rows: number }> {
  const from: Relation = { kind: "parquetFiles", paths };
  const names = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items: [
        { expression: column("name"), as: "name" },
        { expression: column("num_children"), as: "children" },
      ],
      from: { kind: "parquetSchema", paths: paths.slice(0, 1) },
    },
  });
  const top = topLevel(names.rows.map(([name, children]) => ({ name: String(name), children: Number(children ?? 0) })));
  const typed = await session.run({
    kind: "query",
    query: { kind: "select", items: top.map((name, index) => ({ expression: column(name), as: `c${index}` })), from, limit: 0 },
  });
  const counted = await session.run({ kind: "query", query: { kind: "select", items: [{ expression: call("count_rows"), as: "rows" }], from } });
  return { columns: top.map((key, index) => ({ key, type: parseType(typed.columns[index]?.type ?? "VARCHAR") })), rows: Number(counted.rows[0]?.[0] ?? 0) };
}

interface SchemaEntry {
  readonly name: string;
  readonly children: number;
}

/** The schema is a tree in depth-first order, its root first. */
function topLevel(entries: readonly SchemaEntry[]): readonly string[] {
  const names: string[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (entries[at]?.children ?? 0); child += 1) next = skip(next);
    return next;
  };
  for (let at = 1; at < entries.length; at = skip(at)) names.push(entries[at]?.name ?? "");
  return names;
}
