import { column, type EngineSession, type Expression, literal, type Query } from "@granary/engine";
import type { HeldFiles, LiveDataFile } from "../files/index.ts";
import { FILE, liveRows, POSITION } from "./live-rows.ts";
import { IS_PLACE, REMOVED } from "./removals.ts";
import { SOURCE_ROW } from "./upsert-source.ts";

/** Names the live rows for which a condition over stored columns is true as those that go; without a condition all. */
export async function removeWhere(
  session: EngineSession,
  held: HeldFiles,
  input: { readonly files: readonly LiveDataFile[]; readonly fieldIds: readonly number[]; readonly where: Expression },
): Promise<void> {
  const query: Query = {
    kind: "select",
    items: [
      { expression: literal(0), as: SOURCE_ROW },
      { expression: column(FILE), as: FILE },
      { expression: column(POSITION), as: POSITION },
      { expression: literal(false), as: IS_PLACE },
    ],
    from: { kind: "query", query: liveRows(held, input.files, input.fieldIds) },
    where: input.where,
  };
  await session.run({ kind: "createTable", name: REMOVED, query });
}
