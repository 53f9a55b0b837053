import { and, call, column, compare, type EngineSession, literal, type Query, type SelectItem } from "@granary/engine";
import { storedName } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import { decisiveColumns } from "./decisive-columns.ts";
import { isSame, joined, type Matching } from "./joined-rows.ts";
import { FILE, POSITION } from "./live-rows.ts";
import { SOURCE, SOURCE_ROW } from "./upsert-source.ts";

/** A table of the session: where the source's rows are in the table. */
export const MATCHED = "granary_matched";
/** Whether all compared columns hold what the source has. */
const SAME = "granary_same";
/** Rows of the source whose only counterpart holds the very same values. */
export const UNCHANGED = "granary_unchanged";

const UNDECIDED = "granary_undecided";
/** Below this reading all columns costs less than finding out which ones are enough. */
const READ_ALL_BYTES = 32 * 1024 * 1024;

async function createMatched(session: EngineSession, matching: Matching, first: readonly IcebergField[]): Promise<void> {
  const items: readonly SelectItem[] = [
    { expression: column(SOURCE_ROW, "s"), as: SOURCE_ROW },
    { expression: column(FILE, "t"), as: FILE },
    { expression: column(POSITION, "t"), as: POSITION },
    { expression: isSame(first), as: SAME },
  ];
  const query: Query = { kind: "select", items, from: joined(matching, SOURCE, first) };
  await session.run({ kind: "createTable", name: MATCHED, query });
}

/** Rows that have one counterpart, with the same values as far as they were compared. */
function candidates(): Query {
  return {
    kind: "select",
    items: [{ expression: column(SOURCE_ROW), as: SOURCE_ROW }],
    from: { kind: "table", name: MATCHED },
    groupBy: [column(SOURCE_ROW)],
    having: and(compare(call("count_rows"), "=", literal(1)), call("all_true", column(SAME))),
  };
}

async function createUnchanged(session: EngineSession, query: Query): Promise<number> {
  await session.run({ kind: "createTable", name: UNCHANGED, query });
  const { rows } = await session.run({
    kind: "query",
    query: { kind: "select", items: [{ expression: call("count_rows"), as: "n" }], from: { kind: "table", name: UNCHANGED } },
  });
  return Number(rows[0]?.[0] ?? 0);
}

/** Compares what was left open, for the rows that so far look unchanged. */
async function settle(session: EngineSession, matching: Matching, rest: readonly IcebergField[]): Promise<void> {
  const open = await createUnchanged(session, candidates());
  if (open === 0 || rest.length === 0) return;
  await session.run({ kind: "dropTable", name: UNCHANGED });
  await session.run({
    kind: "createTable",
    name: UNDECIDED,
    query: {
      kind: "select",
      items: [SOURCE_ROW, ...[...matching.keys, ...rest].map((field) => storedName(field.id))].map((name) => ({ expression: column(name), as: name })),
      from: {
        kind: "join",
        join: "semi",
        left: { kind: "alias", as: "a", relation: { kind: "table", name: SOURCE } },
        right: { kind: "alias", as: "b", relation: { kind: "query", query: candidates() } },
        on: compare(column(SOURCE_ROW, "a"), "=", column(SOURCE_ROW, "b")),
      },
    },
  });
  await createUnchanged(session, {
    kind: "select",
    items: [{ expression: column(SOURCE_ROW, "s"), as: SOURCE_ROW }],
    from: joined(matching, UNDECIDED, rest),
    where: isSame(rest),
  });
}

/** An empty table where nothing may be called unchanged. */
const NOTHING: Query = {
  kind: "select",
  items: [{ expression: column(SOURCE_ROW), as: SOURCE_ROW }],
  from: { kind: "table", name: SOURCE },
  limit: 0,
};

/**
 * Finds the source's rows in the table by key. Makes the session's tables `granary_matched` and `granary_unchanged`. Reads of
 * a large table only the columns that are needed to see that a row differs, mostly one or two; all of them for rows that do not.
 */
export async function matchRows(session: EngineSession, matching: Matching): Promise<void> {
  const { compared } = matching;
  if (compared === undefined) {
    await createMatched(session, matching, []);
    await createUnchanged(session, NOTHING);
    return;
  }
  const bytes = matching.files.reduce((sum, item) => sum + item.file.bytes, 0);
  const first = bytes <= READ_ALL_BYTES ? compared : await decisiveColumns(session, matching, compared);
  await createMatched(session, matching, first);
  await settle(
    session,
    matching,
    compared.filter((field) => !first.includes(field)),
  );
}
