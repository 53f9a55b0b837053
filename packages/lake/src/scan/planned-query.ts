import { and, column, compare, type Expression, literal, rowPosition, type SelectItem, type SelectQuery } from "@granary/engine";
import { type CheckedPlan, storedColumn } from "./read-plan.ts";

const FILE_ORDINAL = "granary_file_ordinal";
const ROW_POSITION = "granary_row_position";

const visibleItems = ({ plan }: CheckedPlan): readonly SelectItem[] =>
  plan.columns.map((item) => ({ expression: item.mask ?? storedColumn(item.fieldId), as: item.name }));

function whereOf(conditions: readonly (Expression | undefined)[]): { readonly where?: Expression } {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? {} : { where: and(...given) };
}

/** The plan's view of some data files: masked columns of the rows that pass, and nothing else. */
export function plannedSelect(checked: CheckedPlan, paths: readonly string[]): SelectQuery {
  return {
    kind: "select",
    items: visibleItems(checked),
    from: { kind: "parquetFiles", paths, fields: checked.fields },
    ...whereOf([checked.plan.filter]),
  };
}

export interface FilePage {
  readonly path: string;
  readonly ordinal: number;
  /** Rows up to this position are left out. */
  readonly after: number | undefined;
  readonly limit: number;
}

/** The next rows of one file in stored order, with their place beside them. */
export function plannedPage(checked: CheckedPlan, page: FilePage): SelectQuery {
  const place: readonly SelectItem[] = [
    { expression: literal(page.ordinal), as: FILE_ORDINAL },
    { expression: rowPosition, as: ROW_POSITION },
  ];
  return {
    kind: "select",
    items: [...visibleItems(checked), ...place],
    from: { kind: "parquetFiles", paths: [page.path], fields: checked.fields },
    ...whereOf([page.after === undefined ? undefined : compare(rowPosition, ">", literal(page.after)), checked.plan.filter]),
    orderBy: [{ expression: rowPosition, direction: "asc" }],
    limit: page.limit,
  };
}

/** The next rows of several files, in stored order. */
export function plannedPages(checked: CheckedPlan, pages: readonly SelectQuery[], limit: number): SelectQuery {
  const [only] = pages;
  if (only !== undefined && pages.length === 1) return only;
  const names = [...checked.plan.columns.map((item) => item.name), FILE_ORDINAL, ROW_POSITION];
  return {
    kind: "select",
    items: names.map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query: { kind: "unionAll", queries: pages } },
    orderBy: [FILE_ORDINAL, ROW_POSITION].map((name) => ({ expression: column(name), direction: "asc" })),
    limit,
  };
}
