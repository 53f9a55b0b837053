import { cast, type EngineSession, literal, type Query, type SelectItem } from "@granary/engine";
import { type Alignment, changeOrder, type ChangeSet, type ComparedColumn, STORED, storeChangeSet, wholeRowChanges } from "../diff/index.ts";
import type { FileIo } from "../file-io/index.ts";
import type { LakeColumn, OpenTable } from "../table/index.ts";
import { TEXT } from "./cells/text-parts.ts";
import { countProposal, type CountedProposal, countRekeyed, NOTHING_PROPOSED } from "./count-proposal.ts";
import { named } from "./names.ts";
import type { ProposeInput } from "./types.ts";

/** A stored change set of a proposal, and what it holds. */
export interface StoredProposal extends CountedProposal {
  readonly file: ChangeSet["file"];
  readonly rekeyed: number;
}

/** A column of the snapshot in a comparison; one that is not proposed keeps its values and tells no rows apart. */
export const asCompared = (column: LakeColumn, inTo: boolean): ComparedColumn => ({
  fieldId: column.fieldId,
  column,
  type: column.sqlType,
  scanned: column.sqlType,
  inFrom: true,
  inTo,
});

function storedNames({ keys, values }: Alignment): readonly string[] {
  const cells = values.flatMap(({ fieldId }) => [STORED.old(fieldId), STORED.new(fieldId), STORED.changed(fieldId), STORED.damage(fieldId)]);
  return [STORED.kind, STORED.copies, STORED.hasOld, STORED.hasNew, STORED.newPlace, ...keys.map(({ fieldId }) => STORED.key(fieldId)), ...cells];
}

/** Rows that no key identifies, which have no damage: nobody knows what they were before. */
export function unpaired(alignment: Alignment, missing: "kept" | "removed"): Query {
  const query = wholeRowChanges({ columns: alignment, hasFaults: true, missingAreRemoved: missing === "removed" });
  const noDamage = new Set(alignment.values.map(({ fieldId }) => STORED.damage(fieldId)));
  const items = storedNames(alignment).map((name): SelectItem => (noDamage.has(name) ? { expression: cast(literal(null), TEXT), as: name } : named(name)));
  return { kind: "select", items, from: { kind: "query", query } };
}

function storedQuery(alignment: Alignment, queries: readonly Query[]): Query {
  const [only] = queries;
  return {
    kind: "select",
    items: storedNames(alignment).map(named),
    from: { kind: "query", query: only !== undefined && queries.length === 1 ? only : { kind: "unionAll", queries } },
    orderBy: changeOrder(alignment).map((expression) => ({ expression, direction: "asc" })),
  };
}

/** Stores the rows of the queries as a change set, and counts it. */
export async function storeProposal(
  session: EngineSession,
  parts: { readonly fileIo: FileIo; readonly from: OpenTable },
  { input, alignment, queries }: { readonly input: ProposeInput; readonly alignment: Alignment; readonly queries: readonly Query[] },
): Promise<StoredProposal> {
  const ids = { keys: input.keys, columns: alignment.values.map((item) => item.fieldId) };
  const stored = await storeChangeSet(session, parts.fileIo, { query: storedQuery(alignment, queries), location: parts.from.location }, async (path) => {
    input.onProgress?.({ phase: "counting" });
    const counted = await countProposal(session, path, ids);
    const isRekeyed = ids.keys.length > 0 && counted.counts.added > 0 && counted.counts.removed > 0;
    return { ...counted, rekeyed: isRekeyed ? await countRekeyed(session, path, ids.columns) : 0 };
  });
  return { ...(stored?.counted ?? { ...NOTHING_PROPOSED, rekeyed: 0 }), file: stored?.file ?? null };
}
