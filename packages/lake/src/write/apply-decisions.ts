import { column, type EngineSession, type SelectItem } from "@granary/engine";
import type { HeldFiles, LiveDataFile } from "../files/index.ts";
import { storedName } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import type { OpenTable } from "../table/index.ts";
import { applyRemovals, type Removal } from "./apply-removals.ts";
import { layoutOf } from "./layout.ts";
import { FILE, POSITION } from "./live-rows.ts";
import { IS_PLACE, REMOVED } from "./removals.ts";
import type { Staging } from "./staging.ts";
import { ACTION, ACTIONS } from "./upsert-actions.ts";
import { SOURCE, SOURCE_ROW } from "./upsert-source.ts";

/** Rows of which it is known what becomes of each. */
export interface DecidedRows {
  readonly table: OpenTable;
  readonly live: readonly LiveDataFile[];
  /** Files that may lose rows, with all columns; of a small table all of them. */
  readonly held: HeldFiles;
  /** A table of the session: rows that come, numbered by `granary_source_row`, with `granary_action` (`add` or `replace`) and the given columns by stored name. */
  readonly coming: string;
  /** The columns those have; the others stay as they are in replaced rows, and are empty in added ones. */
  readonly given: readonly IcebergField[];
  /** A table of the places of rows that go, with the `granary_source_row` that comes there or null. */
  readonly going: string;
  readonly counts: { readonly added: number; readonly replaced: number };
  readonly expectedBytes: number;
}

const named = (names: readonly string[]): readonly SelectItem[] => names.map((name) => ({ expression: column(name), as: name }));

/** Stores what was decided: data files for rows that come, delete files or files written anew for those that go. */
export async function applyDecisions(session: EngineSession, files: Staging, input: DecidedRows): Promise<Removal> {
  const { table, live, held, coming, given, going, counts, expectedBytes } = input;
  const from = { kind: "table", name: coming } as const;
  const values = given.map((field) => storedName(field.id));
  await session.run({ kind: "createView", name: SOURCE, query: { kind: "select", items: named([SOURCE_ROW, ...values]), from } });
  await session.run({ kind: "createView", name: ACTIONS, query: { kind: "select", items: named([SOURCE_ROW, ACTION]), from } });
  const isPlace = { kind: "not", operand: { kind: "isNull", operand: column(SOURCE_ROW) } } as const;
  const items = [...named([SOURCE_ROW, FILE, POSITION]), { expression: isPlace, as: IS_PLACE }];
  await session.run({ kind: "createTable", name: REMOVED, query: { kind: "select", items, from: { kind: "table", name: going } } });
  const isGiven = new Set(given.map((field) => field.id));
  return applyRemovals(session, files, {
    table,
    layout: layoutOf(table),
    live,
    held,
    incoming: { given, kept: table.schema.fields.filter((field) => !isGiven.has(field.id)) },
    coming: { rows: counts.added + counts.replaced, replaced: counts.replaced },
    expectedBytes,
  });
}
