import { and, call, column, compare, type EngineSession, type Query } from "@granary/engine";
import { keyName, sided } from "../diff/index.ts";
import { type BaseRows, scanSeen } from "./candidates.ts";
import type { ColumnMapping, ProposedColumn } from "./map-columns.ts";
import { fieldsOf, shownText } from "./proposer.ts";
import type { PreparedFile } from "@granary/engine";

/** From this share of equal values on a column is likely another one under a new name. */
const LIKELY = 0.95;
const VALUE = "value";
const [o, n] = [sided("o"), sided("n")];

/** The name of the dataset's only missing column when the file's only unknown one holds its values; undefined otherwise. */
export async function suggestRename(
  session: EngineSession,
  base: BaseRows,
  { file, mapping, keys }: { readonly file: PreparedFile; readonly mapping: ColumnMapping; readonly keys: readonly ProposedColumn[] },
): Promise<string | undefined> {
  const [[unknown, ...others], [missing, ...more]] = [mapping.unknown, mapping.missing];
  if (unknown === undefined || missing === undefined || others.length + more.length > 0 || !unknown.isText || keys.length === 0) return undefined;
  const ids = keys.map(({ fieldId }) => fieldId);
  const older: Query = {
    kind: "select",
    items: [...keys.map((item) => ({ expression: shownText(item), as: keyName(item.fieldId) })), { expression: shownText(missing), as: VALUE }],
    ...scanSeen(base, [...ids, missing.fieldId, ...fieldsOf(missing.mask)]),
  };
  const newer: Query = {
    kind: "select",
    items: [...keys.map((item) => ({ expression: item.text, as: keyName(item.fieldId) })), { expression: column(unknown.key), as: VALUE }],
    from: file.relation,
  };
  const { rows } = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items: [
        { expression: call("count_rows"), as: "rows" },
        { expression: call("count_if", compare(o(VALUE), "is not distinct from", n(VALUE))), as: "same" },
      ],
      from: {
        kind: "join",
        join: "inner",
        left: { kind: "alias", as: "o", relation: { kind: "query", query: older } },
        right: { kind: "alias", as: "n", relation: { kind: "query", query: newer } },
        on: and(...ids.map((id) => compare(o(keyName(id)), "=", n(keyName(id))))),
      },
    },
  });
  const [matched = 0, same = 0] = rows[0]?.map(Number) ?? [];
  return matched > 0 && same >= matched * LIKELY ? missing.name : undefined;
}
