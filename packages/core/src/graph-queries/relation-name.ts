/** Names the engine keeps for itself. */
const TAKEN = /^(duckdb|pragma|sqlite)_|^information_schema$/;

/**
 * What a node's output is called in statements. Ids of nodes have no blanks, so that no two outputs have one name.
 */
export function relationName(node: string, port = "out"): string {
  const name = TAKEN.test(node) ? `the node ${node}` : node;
  return port === "out" ? name : `${name} ${port}`;
}
