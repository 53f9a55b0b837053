import { inList, literal } from "@granary/engine";
import { type Lake, type OpenTable, type StagedChange, storedColumn } from "@granary/lake";
import { field, rowsFor, schemaOf } from "../../../packages/lake/test/rows.ts";

export const RACE_SCHEMA = schemaOf([field(1, "id", "long", true), field(2, "name", "string")], [1]);

/** Ids all writers change; appended rows have ids of their own. */
const SHARED_IDS = 40;

type Row = readonly [id: number, name: string];

/** One change as it is computed from its writer and number alone, so that the test can carry it out itself. */
export type RaceChange = { readonly kind: "append" | "upsert"; readonly rows: readonly Row[] } | { readonly kind: "delete"; readonly ids: readonly number[] };

/** What a writer says of a change that was committed. */
export interface RaceReport {
  readonly writer: number;
  readonly number: number;
  /** Of the snapshot: the order in which changes happened. */
  readonly sequenceNumber: string;
  /** How often it was staged. */
  readonly attempts: number;
}

const sharedIds = (writer: number, number: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => (writer * 7 + number * 11 + index * 5) % SHARED_IDS);

export function raceChange(writer: number, number: number): RaceChange {
  const name = `${writer}-${number}`;
  if (number % 4 === 3) return { kind: "delete", ids: sharedIds(writer, number, 2) };
  if (number % 2 === 1) return { kind: "upsert", rows: sharedIds(writer, number, 3).map((id) => [id, name]) };
  const first = 1000 + writer * 100_000 + number * 10;
  return { kind: "append", rows: [0, 1, 2].map((index) => [first + index, name]) };
}

export async function stageRaceChange(lake: Lake, table: OpenTable, change: RaceChange): Promise<StagedChange> {
  if (change.kind === "delete") {
    const where = inList(
      storedColumn(1),
      change.ids.map((id) => literal(id)),
    );
    return lake.stageDelete({ table, where });
  }
  const source = rowsFor(RACE_SCHEMA, ["id", "name"], change.rows);
  return change.kind === "append" ? lake.stageAppend({ table, source }) : lake.stageUpsert({ table, source });
}

/** What a table of rows becomes; ids that are there twice stay visible. */
export function applyRaceChange(rows: readonly Row[], change: RaceChange): readonly Row[] {
  if (change.kind === "append") return [...rows, ...change.rows];
  const ids = new Set(change.kind === "delete" ? change.ids : change.rows.map(([id]) => id));
  const others = rows.filter(([id]) => !ids.has(id));
  return change.kind === "delete" ? others : [...others, ...change.rows];
}
