export type Random = (below: number) => number;

/** Numbers that look random and are the same for one seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const LEAVES = [
  "a",
  '"b c"',
  "left.x",
  "12",
  "1.50",
  "2e3",
  "'it''s'",
  "''",
  "true",
  "null",
  "$p",
  "date '2026-01-31'",
  "interval '2 days'",
  "count(*)",
  '"select"',
];
const BINARY = ["+", "-", "*", "/", "//", "%", "||", "=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from", "and", "or", "!=", "=="];

type Make = (random: Random, depth: number) => string;

const sub = (random: Random, depth: number): string => randomExpression(random, depth - 1);

const MAKERS: readonly Make[] = [
  (random, depth) => `${sub(random, depth)} ${BINARY[random(BINARY.length)]} ${sub(random, depth)}`,
  (random, depth) => `(${sub(random, depth)})`,
  (random, depth) => `not (${sub(random, depth)})`,
  (random, depth) => `-(${sub(random, depth)})`,
  (random, depth) => `(${sub(random, depth)}) is ${random(2) === 0 ? "" : "not "}null`,
  (random, depth) => `(${sub(random, depth)}) ${random(2) === 0 ? "" : "not "}in (${sub(random, depth)}, ${sub(random, depth)})`,
  (random, depth) => `(${sub(random, depth)}) between (${sub(random, depth)}) and (${sub(random, depth)})`,
  (random, depth) => `(${sub(random, depth)}) ${random(2) === 0 ? "like" : "not ilike"} (${sub(random, depth)})`,
  (random, depth) => `case when ${sub(random, depth)} then ${sub(random, depth)} else ${sub(random, depth)} end`,
  (random, depth) => `case ${sub(random, depth)} when ${sub(random, depth)} then ${sub(random, depth)} end`,
  (random, depth) => `try_cast(${sub(random, depth)} as decimal(12,${random(9)}))`,
  (random, depth) => `(${sub(random, depth)})::timestamptz`,
  (random, depth) => `f${random(3)}(${sub(random, depth)}, ${sub(random, depth)})`,
  (random, depth) => `sum(distinct ${sub(random, depth)} order by ${sub(random, depth)} desc) filter (where ${sub(random, depth)})`,
];

/** The text of some expression that can be read; its names and types mean nothing. */
export function randomExpression(random: Random, depth = 4): string {
  const leaf = LEAVES[random(LEAVES.length)] ?? "a";
  if (depth === 0 || random(5) === 0) return leaf;
  return MAKERS[random(MAKERS.length)]?.(random, depth) ?? leaf;
}
