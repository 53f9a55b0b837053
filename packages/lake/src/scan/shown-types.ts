import type { EngineSession, SqlType } from "@granary/engine";
import { plannedRows, shownItems } from "./planned-rows.ts";
import type { Chosen } from "./row-choice.ts";

/** What decides how a shown value is written: texts and binaries may be long, nested values have no text of their own. */
export type ShownType = "text" | "binary" | "nested" | "single";

const KINDS: Readonly<Partial<Record<SqlType["kind"], ShownType>>> = { text: "text", binary: "binary", list: "nested", struct: "nested", map: "nested" };

function ofEngineType(type: string): ShownType {
  if (type === "VARCHAR") return "text";
  if (type === "BLOB") return "binary";
  return /^(STRUCT|MAP)\(|\]$/.test(type) ? "nested" : "single";
}

/** The types of the shown columns; those of masks are asked of the engine, over no rows. */
export async function shownTypes(session: Pick<EngineSession, "run">, chosen: Chosen): Promise<readonly ShownType[]> {
  const stored = chosen.shown.map(({ source }) => KINDS[source.sqlType.kind] ?? "single");
  if (chosen.shown.every((item) => item.mask === undefined)) return stored;
  const nothing = { table: chosen.table, files: [], paths: new Map<string, string>(), layouts: new Map(), [Symbol.asyncDispose]: async () => undefined };
  const query = plannedRows(chosen, nothing);
  const { columns } = await session.run({ kind: "query", query: { kind: "select", items: shownItems(chosen), from: { kind: "query", query } } });
  return chosen.shown.map((item, index) => (item.mask === undefined ? (stored[index] ?? "single") : ofEngineType(columns[index]?.type ?? "")));
}
