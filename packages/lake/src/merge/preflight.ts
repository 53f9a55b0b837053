import { call, cast, column, type EngineSession, literal } from "@granary/engine";
import { holdFiles } from "../files/index.ts";
import { storeConflicts, wholeCounts } from "./conflict-set.ts";
import { CELLS, JUDGED, VERDICT } from "./names.ts";
import { canMatch, judge, judgedFields, type MergeParts, type Opened, withChanges } from "./session-work.ts";
import { CONFLICT_KINDS, type MergeInput, type Preflight } from "./types.ts";
import { ALREADY, APPLY } from "./verdict.ts";

/** How many rows got which verdict. */
export interface Tally {
  readonly applicable: number;
  readonly already: number;
  readonly conflicts: number;
  readonly conflictCells: number;
}

/** Counts the verdicts on all changes. */
export async function tally(session: EngineSession, opened: Opened): Promise<Tally> {
  const counts = new Map<string, readonly [rows: number, cells: number]>();
  if (opened.columns.keys.length > 0) {
    const items = [
      { expression: column(VERDICT), as: VERDICT },
      { expression: call("count_rows"), as: "rows" },
      { expression: cast(call("coalesce", call("sum", column(CELLS)), literal(0)), { kind: "bigint" }), as: CELLS },
    ];
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "table", name: JUDGED }, groupBy: [column(VERDICT)] } });
    for (const [verdict, count, cells] of rows) counts.set(String(verdict), [Number(count), Number(cells)]);
  }
  const whole = opened.facts.wholeRows > 0 ? (await session.run({ kind: "query", query: wholeCounts(opened) })).rows[0] : undefined;
  const [missed = 0, fitting = 0] = whole?.map(Number) ?? [];
  const of = (verdict: string): readonly [number, number] => counts.get(verdict) ?? [0, 0];
  const conflicts = CONFLICT_KINDS.map(of);
  return {
    applicable: of(APPLY)[0] + fitting,
    already: of(ALREADY)[0],
    conflicts: conflicts.reduce((sum, [rows]) => sum + rows, 0) + missed,
    conflictCells: conflicts.reduce((sum, [, cells]) => sum + cells, 0),
  };
}

const NOTHING: Preflight = { applicable: 0, already: 0, conflicts: { rows: 0, cells: 0, set: null }, schema: "same" };

/** Tells what a merge would do. Nothing is changed; conflicts go to a file that the sweep takes unless somebody keeps it. */
export async function preflight(parts: MergeParts, input: MergeInput): Promise<Preflight> {
  const { onto, signal } = input;
  const found = await withChanges(parts, input, { isWhole: false }, async (session, opened): Promise<Preflight> => {
    const schema = opened.misfits.length > 0 ? "changed" : "same";
    if (!canMatch(opened)) return { ...NOTHING, schema };
    const fieldIds = [...opened.columns.keys, ...opened.columns.values].map((item) => item.fieldId);
    await using held = await holdFiles({ fileIo: parts.fileIo, session }, { table: onto, files: opened.near.files, fieldIds, signal });
    await judge(session, opened, held, judgedFields(opened));
    const counts = await tally(session, opened);
    const set = counts.conflicts > 0 ? await storeConflicts(session, parts.fileIo, opened, held) : null;
    return { applicable: counts.applicable, already: counts.already, conflicts: { rows: counts.conflicts, cells: counts.conflictCells, set }, schema };
  });
  return found ?? NOTHING;
}
