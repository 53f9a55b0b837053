import { type Mask, MASK_KINDS } from "@granary/protocol";

const UNITS: readonly string[] = ["month", "quarter", "year"];

/** How much of a value a setting hides; undefined where settings cannot be compared. */
function depthOf(mask: Mask): number | undefined {
  if (mask.kind === "numeric_round") return mask.digits;
  if (mask.kind === "date_truncate") return UNITS.indexOf(mask.unit);
  return mask.kind === "constant" || mask.kind === "regex" ? undefined : 0;
}

const isSame = (left: Mask, right: Mask): boolean =>
  (left.kind === "constant" && right.kind === "constant" && left.value === right.value) ||
  (left.kind === "regex" && right.kind === "regex" && left.pattern === right.pattern && left.replacement === right.replacement);

/**
 * The mask that shows less: by kind in the order of `MASK_KINDS`, within a kind by its setting. Of two different patterns
 * or texts neither shows less, so nothing of the value is shown.
 */
export function stricter(left: Mask, right: Mask): Mask {
  const order = MASK_KINDS.indexOf(left.kind) - MASK_KINDS.indexOf(right.kind);
  if (order !== 0) return order > 0 ? left : right;
  const [ofLeft, ofRight] = [depthOf(left), depthOf(right)];
  if (ofLeft === undefined || ofRight === undefined) return isSame(left, right) ? left : { kind: "redact" };
  return ofLeft >= ofRight ? left : right;
}

/** The mask of several that shows least, whatever order they come in; undefined when there is none. */
export function strictest(masks: readonly Mask[]): Mask | undefined {
  const highest = Math.max(...masks.map(({ kind }) => MASK_KINDS.indexOf(kind)));
  const candidates = masks.filter(({ kind }) => MASK_KINDS.indexOf(kind) === highest);
  return candidates.reduce<Mask | undefined>((found, next) => (found === undefined ? next : stricter(found, next)), undefined);
}
