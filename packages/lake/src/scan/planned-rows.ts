import { and, caseWhen, cast, column, type Expression, literal, type Query, type SelectItem } from "@granary/engine";
import { type HeldFiles, NO_COLUMN, type ScanOptions, scanRelation, storedColumn, storedName } from "../files/index.ts";
import type { Chosen, VisibleColumn } from "./row-choice.ts";

/** Names of the columns that say where a row lies, beside the visible ones. */
export const FILE_ORDINAL = "granary_file_ordinal";
export const ROW_PLACE = "granary_row_place";

export interface PlannedOptions extends Pick<ScanOptions, "files" | "rowsOf" | "areLive"> {
  /** Some of the used columns; all of them unless said. */
  readonly columns?: readonly VisibleColumn[];
  /** Whether rows come with `FILE_ORDINAL` and `ROW_PLACE`. */
  readonly withPlaces?: boolean;
  /** Further conditions over internal names and places. */
  readonly where?: readonly Expression[];
  /** The rows are known to be chosen ones: their files and positions were. */
  readonly isChosen?: boolean;
  /** Whether what is computed outside of this query may fail or tell about values in ways of its own. */
  readonly isOpen?: boolean;
}

const places = (options: PlannedOptions): readonly string[] => (options.withPlaces === true ? [FILE_ORDINAL, ROW_PLACE] : []);

function visibleItem(item: VisibleColumn, guard: Expression | undefined): SelectItem {
  const value = item.mask ?? storedColumn(item.fieldId);
  if (guard === undefined) return { expression: value, as: item.key };
  const hidden = item.mask === undefined ? cast(literal(null), item.source.sqlType) : literal(null);
  return { expression: caseWhen([{ when: guard, then: value }], hidden), as: item.key };
}

/** The visible columns of the rows the plan shows, masked, under internal names: what every condition of the reader is applied to. */
function visibleRows(chosen: Chosen, held: HeldFiles, options: PlannedOptions): Query {
  const { plan, stored } = chosen;
  const scan: ScanOptions = {
    ...(options.files === undefined ? {} : { files: options.files }),
    ...(options.rowsOf === undefined ? {} : { rowsOf: options.rowsOf }),
    ...(options.areLive === undefined ? {} : { areLive: options.areLive }),
    ...(options.withPlaces === true ? { ordinalAs: FILE_ORDINAL, positionAs: ROW_PLACE } : {}),
  };
  const from = scanRelation(
    held,
    chosen.fieldIds.map((fieldId) => ({ fieldId, name: storedName(fieldId) })),
    scan,
  );
  // What the reader asks may be computed before the plan's filter; an error of it would tell about rows that are not to be seen.
  const isGuarded = plan.filter !== undefined && options.isChosen !== true && (options.isOpen === true || chosen.mayFail);
  const visible = (options.columns ?? chosen.used).map((item) => visibleItem(item, isGuarded ? plan.filter : undefined));
  const items = [...visible, ...places(options).map((name) => ({ expression: column(name), as: name }))];
  const where = options.isChosen === true || stored.length === 0 ? {} : { where: and(...stored) };
  return { kind: "select", items: items.length === 0 ? NO_COLUMN : items, from, ...where };
}

/** The chosen rows with their columns under internal names, in no order. */
export function plannedRows(chosen: Chosen, held: HeldFiles, options: PlannedOptions = {}): Query {
  const visible = visibleRows(chosen, held, options);
  const own = options.isChosen === true || chosen.condition === undefined ? [] : [chosen.condition];
  const conditions = [...own, ...(options.where ?? [])];
  if (conditions.length === 0) return visible;
  const names = [...(options.columns ?? chosen.used).map((item) => item.key), ...places(options)];
  return {
    kind: "select",
    items: names.map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query: visible },
    where: and(...conditions),
  };
}

/** The shown columns under the names the reader knows. */
export const shownItems = (chosen: Chosen): readonly SelectItem[] => chosen.shown.map((item) => ({ expression: column(item.key), as: item.name }));
