/** Names of columns that grow with every change, then of those that grow with every new row. */
const LIKELY = [
  /(updated|modified|changed|last_?mod)/i,
  /(created|inserted|added)/i,
  /(^|_)(seq|sequence|version|offset|lsn)$/i,
  /(_at|_on|_ts|time(stamp)?|date)$/i,
];

function rank(name: string, keys: readonly string[]): number {
  const index = LIKELY.findIndex((pattern) => pattern.test(name));
  if (index !== -1) return index;
  return keys.length === 1 && keys[0] === name ? LIKELY.length : LIKELY.length + 1;
}

/** Candidates for a cursor, the likeliest first; of equal ones in the order of the table. */
export function byLikelihood(candidates: readonly string[], keys: readonly string[]): string[] {
  return candidates.toSorted((left, right) => rank(left, keys) - rank(right, keys));
}
