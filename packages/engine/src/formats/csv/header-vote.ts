const DATA = /^[+-]?(\d[\d.,]*%?|\.\d+)([eE][+-]?\d+)?$|^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?.*)?$|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$|^(true|false)$/i;

/** Whether a value looks like data rather than like a name. */
export const looksLikeData = (value: string): boolean => DATA.test(value.trim());

/** Votes column by column: where the rows below hold data and the first does not, the first one is a header. */
export function hasHeader(records: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = records;
  if (first === undefined) return false;
  if (rest.length === 0) return !first.some(looksLikeData);
  let forHeader = 0;
  let against = 0;
  for (const [index, name] of first.entries()) {
    const below = rest.map((record) => record[index] ?? "").filter((value) => value !== "");
    const isDataColumn = below.length > 0 && below.filter(looksLikeData).length >= below.length / 2;
    if (!isDataColumn || name === "") continue;
    if (looksLikeData(name)) against += 1;
    else forHeader += 1;
  }
  return forHeader >= against;
}
