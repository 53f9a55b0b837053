import { call, column, type EngineSession } from "@granary/engine";
import { holdFiles } from "../files/index.ts";
import { storeConflicts, wholeCounts } from "./conflict-set.ts";
import { JUDGED, VERDICT } from "./names.ts";
import { canMatch, judge, judgedFields, type MergeParts, type Opened, withChanges, withRoom } from "./session-work.ts";
import { CONFLICT_KINDS, type MergeInput, type Preflight } from "./types.ts";
import { ALREADY, APPLY } from "./verdict.ts";

/** How many rows got which verdict. */
export interface Tally {
  readonly applicable: number;
  readonly already: number;
  readonly conflicts: number;
}

/** Counts the verdicts on all changes. */
export async function tally(session: EngineSession, opened: Opened): Promise<Tally> {
  const counts = new Map<string, number>();
  if (opened.columns.keys.length > 0) {
    const items = [
      { expression: column(VERDICT), as: VERDICT },
      { expression: call("count_rows"), as: "rows" },
    ];
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "table", name: JUDGED }, groupBy: [column(VERDICT)] } });
    for (const [verdict, count] of rows) counts.set(String(verdict), Number(count));
  }
  const whole = opened.facts.wholeRows > 0 ? (await session.run({ kind: "query", query: wholeCounts(opened) })).rows[0] : undefined;
  const [missed = 0, fitting = 0] = whole?.map(Number) ?? [];
  const of = (verdict: string): number => counts.get(verdict) ?? 0;
  const conflicts = CONFLICT_KINDS.reduce((sum, kind) => sum + of(kind), missed);
  return { applicable: of(APPLY) + fitting, already: of(ALREADY), conflicts };
}

const NOTHING: Preflight = { applicable: 0, already: 0, conflicts: { rows: 0, cells: 0, set: null }, schema: "same" };

/** Tells what a merge would do. Nothing is changed; conflicts go to a file that the sweep takes unless somebody keeps it. */
export async function preflight(parts: MergeParts, input: MergeInput): Promise<Preflight> {
  const { onto, signal } = input;
  const look = async (session: EngineSession, opened: Opened): Promise<Preflight> => {
    const schema = opened.misfits.length > 0 ? "changed" : "same";
    if (!canMatch(opened)) return { ...NOTHING, schema };
    const fieldIds = [...opened.columns.keys, ...opened.columns.values].map((item) => item.fieldId);
    await using held = await holdFiles({ fileIo: parts.fileIo, session }, { table: onto, files: opened.near.files, fieldIds, signal });
    await judge(session, opened, held, judgedFields(opened));
    const counts = await tally(session, opened);
    const stored = counts.conflicts > 0 ? await storeConflicts(session, parts.fileIo, opened, held) : undefined;
    const conflicts = { rows: counts.conflicts, cells: stored?.cells ?? 0, set: stored?.set ?? null };
    return { applicable: counts.applicable, already: counts.already, conflicts, schema };
  };
  const found = await withRoom((isRoomy) => withChanges(parts, input, { isWhole: false, isRoomy }, look));
  return found ?? NOTHING;
}
