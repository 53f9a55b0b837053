import { call, column, type Expression, listTransform, literal, parameter, type SelectItem, structField, structPack } from "@granary/engine";

const CELL = "cell";

/** What is asked of many cells of one type at once, and where each one's answer is. */
export interface Together {
  readonly item: SelectItem;
  /** The answer for the cell at a place, over the list the item makes. */
  readonly answerAt: (place: number) => Expression;
}

/**
 * Asks the same of many cells of a row: the cells become a list, and what is asked is written down once for all of them. Written
 * for each column, it made queries over 100 columns that the engine planned for minutes.
 */
export function askTogether(
  as: string,
  cells: readonly Readonly<Record<string, Expression>>[],
  ask: (part: (name: string) => Expression) => Expression,
): Together {
  const list = call("list_of", ...cells.map((cell) => structPack(Object.entries(cell).map(([name, value]) => ({ name, value })))));
  return {
    item: {
      expression: listTransform(
        list,
        CELL,
        ask((name) => structField(parameter(CELL), name)),
      ),
      as,
    },
    answerAt: (place) => call("list_element", column(as), literal(place + 1)),
  };
}

/** Items in groups of those alike. */
export function alike<T>(items: readonly T[], keyOf: (item: T) => unknown): readonly (readonly T[])[] {
  return [...Map.groupBy(items, (item) => JSON.stringify(keyOf(item))).values()];
}
