import { cast, column, type Expression, isNull, literal, not, type Query, type SelectItem, exists, and, compare } from "@granary/engine";
import type { GraphColumn, NodeOf } from "@granary/protocol";
import type { openTarget } from "../../datasets/index.ts";
import type { Work } from "../carry-out/work.ts";

interface Incoming {
  readonly query: Query;
  readonly columns: readonly GraphColumn[];
  readonly target: Awaited<ReturnType<typeof openTarget>>;
}

/** A query over files that stay where they are until this is disposed. */
export interface HeldQuery extends AsyncDisposable {
  readonly query: Query;
}

const items = (names: readonly string[], marked: string, mark: Expression, relation?: string): readonly SelectItem[] => [
  ...names.map((name) => ({ expression: column(name, relation), as: name })),
  { expression: mark, as: marked },
];

/**
 * What comes in, and besides the rows of the dataset that do not come any more, marked as gone: an upsert of both soft-deletes.
 * The mark is the time of the run; rows that come back lose it.
 */
export async function markGone(
  work: Work,
  { settings: { keys, deletedColumn } }: NodeOf<"to_dataset">,
  { query, columns, target }: Incoming,
): Promise<HeldQuery> {
  const names = columns.map(({ name }) => name).filter((name) => name !== deletedColumn);
  const stored = target?.table.columns.find((item) => item.name === deletedColumn);
  const type = stored?.sqlType ?? ({ kind: "timestamptz" } as const);
  const isFlag = type.kind === "boolean";
  const now = work.ctx.services.clock.now().toISOString();
  const here = isFlag ? literal(false) : cast(literal(null), type);
  const coming: Query = { kind: "select", items: items(names, deletedColumn, here), from: { kind: "query", query } };
  if (target === undefined || stored === undefined) {
    return { query: coming, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const known = target.table.columns.filter((item) => !item.isSystem);
  const plan = { columns: known.map(({ name, fieldId }) => ({ name, fieldId })) };
  const held = await work.ctx.services.lake.plannedQueries({ table: { table: target.table, plan } }, work.signal);
  const mine = held.queries["table"];
  if (mine === undefined) throw new Error("the table could not be planned");
  const isSame = and(...keys.map((key) => compare(column(key, "old"), "=", column(key, "new"))));
  const isGone = not(
    exists({
      kind: "select",
      items: [{ expression: literal(1), as: "one" }],
      from: { kind: "alias", relation: { kind: "query", query }, as: "new" },
      where: isSame,
    }),
  );
  const isMarked = isFlag ? column(deletedColumn, "old") : not(isNull(column(deletedColumn, "old")));
  const mark = isFlag ? literal(true) : cast(literal(now), type);
  const all = [...names, ...known.map(({ name }) => name).filter((name) => name !== deletedColumn && !names.includes(name))];
  const has = (name: string): boolean => known.some((item) => item.name === name);
  const incoming: Query = {
    kind: "select",
    items: [...all.map((name) => ({ expression: names.includes(name) ? column(name) : literal(null), as: name })), { expression: here, as: deletedColumn }],
    from: { kind: "query", query },
  };
  const leaving: Query = {
    kind: "select",
    items: [...all.map((name) => ({ expression: has(name) ? column(name, "old") : literal(null), as: name })), { expression: mark, as: deletedColumn }],
    from: { kind: "alias", relation: { kind: "query", query: mine }, as: "old" },
    where: and(isGone, not(isFlag ? { kind: "call", name: "coalesce", operands: [isMarked, literal(false)] } : isMarked)),
  };
  return { query: { kind: "unionAll", queries: [incoming, leaving] }, [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() };
}
