import { pipelineDocument } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { lineageOf, type NodeLineage } from "./lineage.ts";

const source = (id: string, ...names: readonly string[]) => ({
  id,
  kind: "source_rows",
  settings: { columns: names.map((name) => ({ name, type: name === "amount" || name === "id" ? "integer" : "text" })), rows: [] },
});
const orders = source("orders", "id", "customer", "amount", "note");
const people = source("people", "customer", "city");

/** Lineage of the last node in short: `column: node.column` with `~` before what it was computed of. */
function shortOf(
  nodes: readonly { readonly id: string; readonly kind: string; readonly settings: object }[],
  edges: readonly (readonly [string, string])[],
): Readonly<Record<string, unknown>> {
  const document = pipelineDocument.parse({
    name: "p",
    nodes,
    edges: edges.map(([from, to]) => {
      const [node, toPort = "in"] = to.split(".");
      const [start, fromPort = "out"] = from.split(".");
      return { from: start, fromPort, to: node, toPort };
    }),
  });
  const found = lineageOf(document).get(nodes.at(-1)?.id ?? "") as NodeLineage;
  const columns = found.columns.map(({ column, sources }) => [
    column,
    sources.map((each) => `${each.kind === "derived" ? "~" : ""}${each.node}.${each.column}`).join(" "),
  ]);
  return { ...Object.fromEntries(columns), indirect: found.indirect.map((each) => `${each.node}.${each.column}`).join(" ") };
}

describe("lineage of columns", () => {
  it("follows columns as they are, renamed, and computed", () => {
    const nodes = [
      orders,
      {
        id: "more",
        kind: "derive",
        settings: {
          columns: [
            { name: "gross", expression: "amount * 1.19" },
            { name: "same", expression: "cast(id as text)" },
          ],
        },
      },
      { id: "few", kind: "select", settings: { columns: [{ from: "gross", to: "total" }, { from: "same" }, { from: "customer" }] } },
    ];
    const edges = [
      ["orders", "more"],
      ["more", "few"],
    ] as const;
    expect(shortOf(nodes, edges)).toEqual({ total: "~orders.amount", same: "orders.id", customer: "orders.customer", indirect: "" });
  });

  it("tells what decided about rows: filters, joins, groups and orders", () => {
    const nodes = [
      orders,
      people,
      { id: "large", kind: "filter", settings: { condition: "amount > 10" } },
      { id: "with_city", kind: "join", settings: { on: [{ left: "customer", right: "customer" }] } },
      {
        id: "by_city",
        kind: "aggregate",
        settings: {
          by: ["city"],
          measures: [
            { name: "total", expression: "sum(amount)" },
            { name: "rows", expression: "count(*)" },
          ],
        },
      },
      { id: "target", kind: "to_dataset", settings: { dataset: "totals" } },
    ];
    const edges = [
      ["orders", "large"],
      ["large", "with_city.left"],
      ["people", "with_city.right"],
      ["with_city", "by_city"],
      ["by_city", "target"],
    ] as const;
    expect(shortOf(nodes, edges)).toEqual({
      city: "people.city",
      total: "~orders.amount",
      rows: "",
      indirect: "orders.amount orders.customer people.customer people.city",
    });
  });

  it("takes both sides of a union and of a full join's key", () => {
    expect(
      shortOf(
        [orders, people, { id: "all", kind: "union", settings: {} }],
        [
          ["orders", "all"],
          ["people", "all"],
        ],
      )["customer"],
    ).toBe("orders.customer people.customer");
    const join = { id: "all", kind: "join", settings: { kind: "full", on: [{ left: "customer", right: "customer" }] } };
    expect(
      shortOf(
        [orders, people, join],
        [
          ["orders", "all.left"],
          ["people", "all.right"],
        ],
      )["customer"],
    ).toBe("orders.customer people.customer");
  });

  it("counts what a window looks at, and every input of SQL", () => {
    const window = {
      id: "w",
      kind: "window",
      settings: { partitionBy: ["customer"], orderBy: [{ column: "id" }], columns: [{ name: "so_far", expression: "sum(amount)" }] },
    };
    expect(shortOf([orders, window], [["orders", "w"]])["so_far"]).toBe("~orders.amount ~orders.customer ~orders.id");
    const sql = { id: "q", kind: "sql", settings: { text: "select city from input", schema: [{ name: "city", type: "text" }] } };
    expect(shortOf([people, sql], [["people", "q.input"]])["city"]).toBe("~people.customer ~people.city");
  });
});
