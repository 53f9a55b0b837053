import { isObject, type Node } from "./node.ts";

const MAX_DEPTH = 24;

/** A record whose inner objects became columns of their own, named by the way to them: `customer.address.city`. Lists stay. */
export function flatten(record: ReadonlyMap<string, Node>): ReadonlyMap<string, Node> {
  const flat = new Map<string, Node>();
  const put = (name: string, value: Node, depth: number): void => {
    if (!isObject(value) || value.size === 0 || depth > MAX_DEPTH) {
      // Two ways to one name: the second is told apart rather than lost.
      let free = name;
      for (let count = 2; flat.has(free); count += 1) free = `${name}_${count}`;
      flat.set(free, value);
      return;
    }
    for (const [key, inner] of value) put(`${name}.${key}`, inner, depth + 1);
  };
  for (const [key, value] of record) put(key, value, 0);
  return flat;
}
