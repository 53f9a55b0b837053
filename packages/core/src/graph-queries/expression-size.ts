import { type Expression, mapParts } from "@granary/engine";
import { problem } from "@granary/protocol";

/** Own functions are put in the place of their calls, and each nesting may double what the engine has to read. */
const MOST_PARTS = 50_000;

/** How many parts an expression has when it is printed; what stands in it twice counts twice. */
function sizeOf(root: Expression, known: WeakMap<Expression, number>): number {
  const found = known.get(root);
  if (found !== undefined) return found;
  let size = 1;
  mapParts(root, (part) => {
    size += sizeOf(part, known);
    return part;
  });
  known.set(root, size);
  return size;
}

/** Refuses what would keep the engine busy before it computes anything. Throws `pipeline.invalid`. */
export function requireSmall(expression: Expression, text: string): Expression {
  if (sizeOf(expression, new WeakMap()) <= MOST_PARTS) return expression;
  const message = `It has more than ${MOST_PARTS} parts once own functions are filled in. Compute a part of it in a column of its own first.`;
  throw problem("pipeline.invalid", {}, { issues: [{ path: text.slice(0, 100), message }] });
}
