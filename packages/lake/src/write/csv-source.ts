import { aggregate, column, call, type EngineSession, type Query, type RejectedRow, type SqlType, type TypedName } from "@granary/engine";
import { problem } from "@granary/protocol";
import { type IcebergSchema, parsePrimitive, toSqlType } from "../iceberg/index.ts";
import type { CsvSource } from "./types.ts";

const DEFAULT_MAX_REJECTED = 1000;
/** As other readers of delimited files have it, a rejected record is shown in part only. */
const MAX_RAW_LENGTH = 10_000;

function typeIn(schema: IcebergSchema, name: string | null): SqlType {
  if (name === null) return { kind: "text" };
  const field = schema.fields.find((candidate) => candidate.name === name);
  // `typedRows` tells about names the table does not have.
  if (field === undefined) return { kind: "text" };
  const kind = parsePrimitive(field.type)?.kind;
  const type = toSqlType(field.type);
  if (kind === undefined || kind === "binary" || kind === "fixed" || type === undefined)
    throw problem("lake.columns_mismatch", { reason: `the column ${name} cannot be read from a delimited file` });
  return type;
}

/** The file as rows with the table's names and types; what does not fit goes to the session's rejected rows. */
export function csvQuery({ csv }: CsvSource, schema: IcebergSchema): Query {
  const columns = csv.columns.map((name, index): TypedName => ({ name: `c${index}`, type: typeIn(schema, name) }));
  const items = csv.columns.flatMap((name, index) => (name === null ? [] : [{ expression: column(`c${index}`), as: name }]));
  return { kind: "select", items, from: { kind: "csvFile", path: csv.path, columns, dialect: csv.dialect, lineEnd: csv.lineEnd } };
}

export interface Rejected {
  readonly count: number;
  readonly rows: readonly RejectedRow[];
}

/** What the session's reads of delimited files set aside: one row may have several faults and counts once. */
export async function rejectedRows(session: EngineSession, { csv }: CsvSource): Promise<Rejected> {
  const limit = csv.maxRejected ?? DEFAULT_MAX_REJECTED;
  const counted = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items: [{ expression: aggregate("count", [column("line_byte_position")], { distinct: true }), as: "count" }],
      from: { kind: "rejectedRows" },
    },
  });
  const count = Number(counted.rows[0]?.[0] ?? 0);
  if (count === 0) return { count, rows: [] };
  const first = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items: [
        { expression: call("min", column("line")), as: "line" },
        { expression: call("min", column("error_message")), as: "reason" },
        { expression: call("left", call("min", column("csv_line")), { kind: "literal", value: MAX_RAW_LENGTH }), as: "raw" },
      ],
      from: { kind: "rejectedRows" },
      groupBy: [column("line_byte_position")],
      orderBy: [{ expression: column("line_byte_position"), direction: "asc" }],
      limit,
    },
  });
  return { count, rows: first.rows.map(([line, reason, raw]) => ({ line: Number(line), reason: String(reason), raw: String(raw ?? "") })) };
}
