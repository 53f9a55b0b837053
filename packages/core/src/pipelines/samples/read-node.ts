import { call, cast, column, isNull, type Query } from "@granary/engine";
import type { NodeSample } from "@granary/protocol";
import { type SampleFiles, textOf } from "./sample-files.ts";

const TEXT = { kind: "text" } as const;
const MAX_CELL_CHARS = 2_000;

function cut(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS)}…` : text;
}

/** The rows at a port and a small profile of all of them. */
export async function readNode(
  files: SampleFiles,
  node: string,
  port: string,
  limit: number,
): Promise<Pick<NodeSample, "columns" | "rows" | "total" | "profile">> {
  const columns = [...files.columnsOf(node, port)];
  const from = files.relation(node, port);
  const rows: Query = { kind: "select", items: columns.map(({ name }) => ({ expression: textOf(name), as: name })), from, limit };
  const facts: Query = {
    kind: "select",
    items: [
      { expression: call("count_rows"), as: "rows" },
      ...columns.flatMap(({ name }, index) => [
        { expression: call("count_if", isNull(column(name))), as: `nulls${index}` },
        { expression: { ...call("count", column(name)), distinct: true }, as: `distinct${index}` },
        { expression: cast(call("min", column(name)), TEXT), as: `min${index}` },
        { expression: cast(call("max", column(name)), TEXT), as: `max${index}` },
      ]),
    ],
    from,
  };
  return files.use(async (session) => {
    const shown = await session.run({ kind: "query", query: rows });
    const [[total, ...values] = []] = (await session.run({ kind: "query", query: facts })).rows;
    const profile = columns.map((_, index) => {
      const [nulls, distinct, min, max] = values.slice(index * 4, index * 4 + 4);
      return { nulls: Number(nulls), distinct: Number(distinct), min: cut(min), max: cut(max) };
    });
    return { columns, rows: shown.rows.map((row) => row.map(cut)), total: Number(total), profile };
  });
}
