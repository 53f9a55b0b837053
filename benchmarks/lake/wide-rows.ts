import { arithmetic, call, caseWhen, cast, column, compare, type Expression, literal, type Query, typedLiteral } from "@granary/engine";
import type { IcebergSchema } from "@granary/lake";

const TYPES = {
  id: "long",
  email: "string",
  name: "string",
  country: "int",
  category: "string",
  amount: "decimal(12, 2)",
  quantity: "int",
  created_at: "timestamp",
  active: "boolean",
  score: "double",
  note: "string",
  day: "date",
} as const;

/** The 12 columns every figure about large tables is measured with; the id is the key. */
export const WIDE_SCHEMA: IcebergSchema = {
  type: "struct",
  "schema-id": 0,
  "identifier-field-ids": [1],
  fields: Object.entries(TYPES).map(([name, type], index) => ({ id: index + 1, name, type, required: index === 0 })),
};

const BIGINT = { kind: "bigint" } as const;
const id = arithmetic(cast(column("position"), BIGINT), "+", literal(0));

const PRIME = 2_147_483_647;

/**
 * A number below `limit` that depends on the row and the salt alone, on every machine. Multiplied with parts of itself, so
 * that neighbouring rows have nothing in common that a file would become smaller by.
 */
function mixed(salt: number, limit: number): Expression {
  const seed = arithmetic(column("id"), "+", literal(salt * 7919));
  const spread = arithmetic(arithmetic(arithmetic(seed, "*", literal(2654435761)), "//", literal(65536)), "%", literal(1_000_003));
  const once = arithmetic(arithmetic(arithmetic(spread, "*", literal(48_271)), "+", seed), "%", literal(PRIME));
  const parts = arithmetic(arithmetic(once, "//", literal(128)), "*", arithmetic(arithmetic(once, "%", literal(8_191)), "+", literal(1)));
  return arithmetic(arithmetic(parts, "%", literal(PRIME)), "%", literal(limit));
}

const text = (expression: Expression): Expression => cast(expression, { kind: "text" });

/** Rows of ids from `from` on, `count` of them; another `version` of a row differs in its amount. `where` picks by id. */
export function wideRows(rows: { readonly from: number; readonly count: number; readonly version?: number; readonly where?: Expression }): Query {
  const amount = arithmetic(
    arithmetic(cast(mixed(3, 1_000_000), { kind: "decimal", precision: 18, scale: 0 }), "+", literal(rows.version ?? 0)),
    "*",
    typedLiteral({ kind: "decimal", precision: 3, scale: 2 }, "0.01"),
  );
  const items: Readonly<Record<keyof typeof TYPES, Expression>> = {
    id: column("id"),
    email: call("concat", literal("user"), text(mixed(0, 1_000_000)), literal("@example.org")),
    name: call("concat", literal("Name "), call("left", call("md5", text(column("id"))), literal(12))),
    country: cast(mixed(1, 200), { kind: "integer" }),
    category: call("concat", literal("category "), text(mixed(2, 50))),
    amount: cast(amount, { kind: "decimal", precision: 12, scale: 2 }),
    quantity: cast(mixed(4, 100), { kind: "integer" }),
    created_at: call("from_epoch_millis", arithmetic(mixed(5, 1_000_000), "*", literal(100_000))),
    active: compare(mixed(6, 2), "=", literal(0)),
    score: caseWhen([{ when: compare(mixed(7, 14), "=", literal(0)), then: literal(null) }], arithmetic(mixed(7, 100_000), "/", literal(1000))),
    note: caseWhen(
      [{ when: compare(mixed(8, 20), "=", literal(0)), then: call("concat", literal('a note, with "quotes" '), text(mixed(0, 1000))) }],
      literal(null),
    ),
    day: cast(call("from_epoch_millis", arithmetic(mixed(9, 9000), "*", literal(86_400_000))), { kind: "date" }),
  };
  const ids: Query = {
    kind: "select",
    items: [{ expression: arithmetic(id, "+", literal(rows.from)), as: "id" }],
    from: { kind: "sequence", length: rows.count },
  };
  return {
    kind: "select",
    items: Object.entries(items).map(([as, expression]) => ({ expression, as })),
    from: { kind: "query", query: ids },
    ...(rows.where === undefined ? {} : { where: rows.where }),
  };
}
