import { cast, column, type EngineSession, literal, type SqlType } from "@granary/engine";
import type { LakeColumn } from "../table/index.ts";
import { plannedRows } from "./planned-rows.ts";
import { sqlTypeOfResult } from "./result-type.ts";
import type { Chosen } from "./row-choice.ts";
import { holdNothing } from "./scan-parts.ts";

/** What decides how a shown value is written: texts and binaries may be long, nested values have no text of their own. */
type ShownType = "text" | "binary" | "nested" | "single";

const KINDS: Readonly<Partial<Record<SqlType["kind"], ShownType>>> = { text: "text", binary: "binary", list: "nested", struct: "nested", map: "nested" };

function ofEngineType(type: string): ShownType {
  if (type === "VARCHAR") return "text";
  if (type === "BLOB") return "binary";
  return /^(STRUCT|MAP)\(|\]$/.test(type) ? "nested" : "single";
}

/** What is known of a shown column's type. */
export interface ShownColumnType {
  readonly kind: ShownType;
  /** Undefined for what a mask computes of a type that its column does not have and that holds others. */
  readonly sqlType: SqlType | undefined;
}

function ofStored({ sqlType }: LakeColumn): ShownColumnType {
  return { kind: KINDS[sqlType.kind] ?? "single", sqlType };
}

/** A mask that now and then shows the stored value has the column's own type. */
function ofMask(source: LakeColumn, storedType: string, type: string): ShownColumnType {
  return { kind: ofEngineType(type), sqlType: type === storedType ? source.sqlType : sqlTypeOfResult(type) };
}

const MAX_KNOWN = 500;
/** What is computed of which types decides of which type it is, so the engine is asked once for each. */
const known = new Map<string, readonly ShownColumnType[]>();

const keyOf = (chosen: Chosen): string =>
  JSON.stringify(
    chosen.shown.map(({ source, mask }) => [source.sqlType, mask]),
    (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value),
  );

/** The types of the shown columns; those of masks are asked of the engine, over no rows. */
export async function shownTypes(session: Pick<EngineSession, "run">, chosen: Chosen): Promise<readonly ShownColumnType[]> {
  if (chosen.shown.every((item) => item.mask === undefined)) return chosen.shown.map((item) => ofStored(item.source));
  const key = keyOf(chosen);
  const types = known.get(key) ?? (await askedTypes(session, chosen));
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, types);
  return types;
}

async function askedTypes(session: Pick<EngineSession, "run">, chosen: Chosen): Promise<readonly ShownColumnType[]> {
  const stored = chosen.shown.map((item, index) => ({ expression: cast(literal(null), item.source.sqlType), as: `stored_${index}` }));
  const shown = chosen.shown.map((item, index) => ({ expression: column(item.key), as: `shown_${index}` }));
  const from = { kind: "query", query: plannedRows(chosen, holdNothing(chosen.table)) } as const;
  const { columns } = await session.run({ kind: "query", query: { kind: "select", items: [...stored, ...shown], from } });
  const typeAt = (index: number): string => columns[index]?.type ?? "";
  return chosen.shown.map(({ source, mask }, index) =>
    mask === undefined ? ofStored(source) : ofMask(source, typeAt(index), typeAt(chosen.shown.length + index)),
  );
}
