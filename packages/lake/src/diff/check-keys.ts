import { call, cast, column, compare, type EngineSession, isNull, literal, or, type Query } from "@granary/engine";
import { problem } from "@granary/protocol";
import { holdFiles, liveFiles } from "../files/index.ts";
import { isProposal } from "./align-columns.ts";
import { keyRows } from "./compared-rows.ts";
import type { DiffParts } from "./diff.ts";
import { keyName, PLACE } from "./names.ts";
import type { KeyCheck, KeyCheckRequest } from "./types.ts";

const ROWS = "keyed_rows";
const COUNT = "copies";
const FIRST = "first_place";
const MAX_EXAMPLES = 20;

const rowCount = call("count_rows");
const table = { kind: "table", name: ROWS } as const;

function groups(keys: readonly number[]): Query {
  const columns = keys.map((id) => column(keyName(id)));
  return {
    kind: "select",
    items: [
      ...keys.map((id) => ({ expression: column(keyName(id)), as: keyName(id) })),
      { expression: rowCount, as: COUNT },
      { expression: call("min", column(PLACE)), as: FIRST },
    ],
    from: table,
    groupBy: columns,
    having: or(compare(rowCount, ">", literal(1)), ...columns.map(isNull)),
  };
}

async function check(session: EngineSession, keys: readonly number[]): Promise<KeyCheck> {
  const lacks = or(...keys.map((id) => isNull(column(keyName(id)))));
  const one = async (query: Query): Promise<readonly number[]> => (await session.run({ kind: "query", query })).rows[0]?.map(Number) ?? [];
  const total: Query = {
    kind: "select",
    items: [
      { expression: rowCount, as: "rows" },
      { expression: call("count_if", lacks), as: "nulls" },
    ],
    from: table,
  };
  const [rows = 0, nullRows = 0] = await one(total);
  const repeated: Query = {
    kind: "select",
    items: [
      { expression: rowCount, as: "keys" },
      { expression: call("coalesce", call("sum", column(COUNT)), literal(0)), as: "rows" },
    ],
    from: { kind: "query", query: groups(keys) },
    where: { kind: "not", operand: lacks },
  };
  const [duplicateKeys = 0, duplicateRows = 0] = await one(repeated);
  const text = keys.map((id) => ({ expression: cast(column(keyName(id)), { kind: "text" }), as: keyName(id) }));
  const examples: Query = {
    kind: "select",
    items: [...text, ...[COUNT, FIRST].map((name) => ({ expression: column(name), as: name }))],
    from: { kind: "query", query: groups(keys) },
    orderBy: [FIRST, ...keys.map(keyName)].map((name) => ({ expression: column(name), direction: "asc" })),
    limit: MAX_EXAMPLES,
  };
  const found = (await session.run({ kind: "query", query: examples })).rows;
  return {
    rows,
    nullRows,
    duplicateKeys,
    duplicateRows,
    examples: found.map((row) => ({
      key: row.slice(0, keys.length) as readonly (string | null)[],
      rows: Number(row[keys.length]),
      firstPlace: row[keys.length + 1] === null ? null : Number(row[keys.length + 1]),
    })),
  };
}

/** Tells whether columns identify every row of a snapshot, or of proposed rows; reads the key columns of all rows. */
export async function checkKeys(parts: DiffParts, request: KeyCheckRequest): Promise<KeyCheck> {
  const { rows, keys } = request;
  if (keys.length === 0) throw problem("lake.diff_invalid", { reason: "it names no key column" });
  const known = new Set(rows.columns.map((item) => item.fieldId));
  const unknown = keys.find((id) => !known.has(id));
  if (unknown !== undefined) throw problem("lake.diff_invalid", { reason: `the rows have no field ${unknown}` });
  const work = { kind: "job", ...(request.signal === undefined ? {} : { signal: request.signal }) } as const;
  return parts.engine.use(work, async (session) => {
    if (isProposal(rows)) {
      await session.run({ kind: "createTable", name: ROWS, query: keyRows(rows, keys) });
      return check(session, keys);
    }
    const files = liveFiles(rows).data;
    await using held = await holdFiles({ fileIo: parts.fileIo, session }, { table: rows, files, fieldIds: keys, signal: request.signal });
    await session.run({ kind: "createView", name: ROWS, query: keyRows(rows, keys, held) });
    return await check(session, keys);
  });
}
