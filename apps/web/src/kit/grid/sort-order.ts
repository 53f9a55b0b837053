export interface SortBy {
  readonly column: string;
  readonly descending: boolean;
}

/** The order after a click on a column: upwards, downwards, none. With `isAdded` the other columns keep their place. */
export function nextSort(order: readonly SortBy[], column: string, isAdded: boolean): readonly SortBy[] {
  const before = order.find((entry) => entry.column === column);
  const others = isAdded ? order.filter((entry) => entry.column !== column) : [];
  if (before?.descending === true) return others;
  const entry = { column, descending: before !== undefined };
  return isAdded && before !== undefined ? order.map((other) => (other.column === column ? entry : other)) : [...others, entry];
}
