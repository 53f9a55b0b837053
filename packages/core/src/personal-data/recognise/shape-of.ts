const MAX_LENGTH = 40;

/**
 * What a value looks like and nothing of what it says: letters become `x` and `X`, digits `9`, and of the signs only those stay that
 * values of a kind are written with.
 */
export function shapeOf(value: string): string {
  const shape = value
    .slice(0, MAX_LENGTH)
    .replace(/[^\p{L}\p{N}@.\-_/:,+() ]/gu, "·")
    .replace(/\p{Lu}/gu, "X")
    .replace(/\p{L}/gu, "x")
    .replace(/\p{N}/gu, "9");
  return value.length > MAX_LENGTH ? `${shape}…` : shape;
}
