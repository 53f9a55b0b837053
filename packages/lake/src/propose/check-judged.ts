import { and, call, column, compare, type EngineSession, type Expression, isNull, literal, not, or, type Query } from "@granary/engine";
import { problem } from "@granary/protocol";
import { keyName, PLACE } from "../diff/index.ts";
import { isEmpty } from "./cells/cell-readings.ts";
import type { ProposedColumn } from "./map-columns.ts";
import { IS_ADDED, IS_REMOVED, JUDGED, keyTextName, misfitName, NEW_TEXTS, shownName, textName } from "./names.ts";
import type { ComparedCells } from "./pair-rows.ts";

const MAX_ISSUES = 100;
const MAX_TEXT = 100;

export interface Misfits {
  readonly count: number;
  readonly issues: readonly { readonly path: string; readonly message: string }[];
}

async function numbersOf(session: EngineSession, query: Query): Promise<readonly number[]> {
  return (await session.run({ kind: "query", query })).rows[0]?.map(Number) ?? [];
}

interface Searched {
  readonly table: string;
  readonly items: readonly { readonly column: ProposedColumn; readonly text: string; readonly isMisfit: Expression }[];
}

async function findMisfits(session: EngineSession, { table, items }: Searched): Promise<Misfits> {
  if (items.length === 0) return { count: 0, issues: [] };
  const from = { kind: "table", name: table } as const;
  const counts = await numbersOf(session, {
    kind: "select",
    items: items.map(({ isMisfit }, index) => ({ expression: call("count_if", isMisfit), as: `m${index}` })),
    from,
  });
  const issues: { path: string; message: string }[] = [];
  for (const [index, { column: item, text, isMisfit }] of items.entries()) {
    if ((counts[index] ?? 0) === 0 || issues.length >= MAX_ISSUES) continue;
    const { rows } = await session.run({
      kind: "query",
      query: {
        kind: "select",
        items: [
          { expression: column(PLACE), as: "line" },
          { expression: call("left", column(text), literal(MAX_TEXT)), as: "text" },
        ],
        from,
        where: isMisfit,
        orderBy: [{ expression: column(PLACE), direction: "asc" }],
        limit: MAX_ISSUES - issues.length,
      },
    });
    for (const [line, value] of rows) {
      const where = line === null || line === undefined ? "" : `line ${Number(line)}: `;
      issues.push({ path: item.name, message: `${where}“${String(value)}” is no ${item.source.type}` });
    }
  }
  return { count: counts.reduce((sum, count) => sum + count, 0), issues };
}

/** Texts in key columns that are no values, among the proposed rows that are looked at. */
export function misfitKeys(session: EngineSession, keys: readonly ProposedColumn[]): Promise<Misfits> {
  const items = keys
    .filter(({ source }) => source.sqlType.kind !== "text")
    .map((item) => ({
      column: item,
      text: keyTextName(item.fieldId),
      isMisfit: and(isNull(column(keyName(item.fieldId))), not(isEmpty(column(keyTextName(item.fieldId))))),
    }));
  return findMisfits(session, { table: NEW_TEXTS, items });
}

/** Texts in other columns that are no values. */
export function misfitCells(session: EngineSession, { edited }: ComparedCells): Promise<Misfits> {
  const items = edited.map((item) => ({ column: item, text: textName(item.fieldId), isMisfit: column(misfitName(item.fieldId)) }));
  return findMisfits(session, { table: JUDGED, items });
}

export const valuesMismatch = ({ count, issues }: Misfits): Error => problem("change.values_mismatch", { count }, { issues });

/** Throws `change.masked_edited` when a masked cell holds anything but what the proposer saw there. */
export async function requireMasked(session: EngineSession, table: string, { masked }: Pick<ComparedCells, "masked">): Promise<void> {
  if (masked.length === 0) return;
  const counts = await numbersOf(session, {
    kind: "select",
    items: masked.map(({ fieldId }) => {
      const text = column(textName(fieldId));
      const added = and(column(IS_ADDED), not(isEmpty(text)));
      const changed = and(
        not(column(IS_ADDED)),
        not(column(IS_REMOVED)),
        compare(call("coalesce", text, literal("")), "<>", call("coalesce", column(shownName(fieldId)), literal(""))),
      );
      return { expression: call("count_if", or(added, changed)), as: textName(fieldId) };
    }),
    from: { kind: "table", name: table },
  });
  const count = counts.reduce((sum, item) => sum + item, 0);
  if (count === 0) return;
  const columns = masked.filter((_, index) => (counts[index] ?? 0) > 0).map((item) => item.name);
  throw problem("change.masked_edited", { count, columns: columns.join(", ") });
}
