import pg from "pg";

const INT8 = 20;
const DATE = 1082;

function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The integer ${text} of the database does not fit into a JavaScript number without loss.`);
  return value;
}

// How values arrive, for every connection of this process: bigint as number, throwing beyond 2^53 rather than rounding;
// date as text, since a Date would invent a time of day and a zone. The rest is as `pg` has it: timestamptz as Date,
// numeric as text, jsonb as parsed JSON. The types in tables.gen.ts say the same.
pg.types.setTypeParser(INT8, parseInteger);
pg.types.setTypeParser(DATE, (text) => text);
