import { call, cast, column, type EngineSession, type Expression, type Relation } from "@granary/engine";
import { encodeValue } from "../iceberg/index.ts";
import { problem } from "@granary/protocol";
import type { Layout } from "./layout.ts";

/** A table of many partitions gets at least a file for each in every write; more are a mistake in the spec. */
const MAX_PARTITIONS = 10_000;

/** Rows of the spool that belong into one file: those from one position up to another, exclusive. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  /** One per field of the spec: the single value in base 64. */
  readonly partition: readonly (string | null)[];
}

export const partitionColumn = (index: number): string => `p${index}`;

function partitionValue(type: string, text: string | null): string | null {
  if (text === null) return null;
  const bytes = encodeValue(type, text);
  if (bytes === undefined) throw problem("lake.unsupported", { reason: `${text} cannot be a partition value of the type ${type}` });
  return bytes.toString("base64");
}

/** Splits a run of rows into parts of about equal size, none larger than a file should be. */
function split(run: Slice, rowsPerFile: number): readonly Slice[] {
  const rows = run.to - run.from;
  const parts = Math.max(1, Math.ceil(rows / rowsPerFile));
  return Array.from({ length: parts }, (_, part) => ({
    ...run,
    from: run.from + Math.floor((rows * part) / parts),
    to: run.from + Math.floor((rows * (part + 1)) / parts),
  }));
}

interface Spool {
  readonly relation: Relation;
  readonly position: Expression;
  readonly rows: number;
}

/** The partitions of spooled rows, which are sorted by their partition columns. */
async function runsOf(session: EngineSession, spool: Spool, layout: Layout): Promise<readonly Slice[]> {
  const types = layout.partitionTypes;
  if (types.length === 0) return [{ from: 0, to: spool.rows, partition: [] }];
  const keys = types.map((_, index) => column(partitionColumn(index)));
  const text = (key: Expression, type: string): Expression => (/^(binary|fixed)/.test(type) ? call("encode_hex", key) : cast(key, { kind: "text" }));
  const items = [
    ...keys.map((key, index) => ({ expression: text(key, types[index] ?? ""), as: partitionColumn(index) })),
    { expression: call("min", spool.position), as: "first" },
    { expression: call("count_rows"), as: "rows" },
  ];
  const { rows } = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items,
      from: spool.relation,
      groupBy: keys,
      orderBy: [{ expression: call("min", spool.position), direction: "asc" }],
      limit: MAX_PARTITIONS + 1,
    },
  });
  if (rows.length > MAX_PARTITIONS) throw problem("lake.too_many_partitions", { limit: MAX_PARTITIONS });
  return rows.map((row) => {
    const from = Number(row[types.length]);
    const partition = types.map((type, index) => partitionValue(type, row[index] === null ? null : String(row[index])));
    return { from, to: from + Number(row[types.length + 1]), partition };
  });
}

/** What becomes a file each. Linear in the number of files. */
export async function slicesOf(session: EngineSession, spool: Spool, layout: Layout, rowsPerFile: number): Promise<readonly Slice[]> {
  return (await runsOf(session, spool, layout)).flatMap((run) => split(run, rowsPerFile));
}
