import { pipelineDocument, type PipelineDocument } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { placesOf } from "./graph-view/lay-out.ts";
import { applyEdit, begin, type Edit, reduce } from "./document-reducer.ts";

const drawn = (): PipelineDocument =>
  pipelineDocument.parse({
    name: "Orders",
    nodes: [
      { id: "orders", kind: "source_dataset", settings: { dataset: "Orders" } },
      { id: "route", kind: "branch", settings: { branches: [{ name: "large", condition: "price > 100" }] } },
      { id: "file", kind: "to_file", settings: { name: "large" } },
    ],
    edges: [
      { from: "orders", to: "route" },
      { from: "route", fromPort: "large", to: "file" },
    ],
    tests: [{ name: "large ones", inputs: { orders: [{ price: "120" }] }, expected: { file: [{ price: "120" }] } }],
  });

const edit = (change: Edit, going?: string) => ({ do: "edit", edit: change, going }) as const;

describe("applyEdit", () => {
  it("takes the edges of a node away with it", () => {
    const { nodes, edges } = applyEdit(drawn(), { edit: "remove", nodes: ["route"] });
    expect(nodes.map(({ id }) => id)).toEqual(["orders", "file"]);
    expect(edges).toEqual([]);
  });

  it("leads edges on when a branch is renamed, and drops those of a branch that is gone", () => {
    const route = { name: "big", condition: "price > 100" };
    const renamed = applyEdit(drawn(), { edit: "change-node", id: "route", change: { settings: { branches: [route] } } });
    expect(renamed.edges[1]).toMatchObject({ fromPort: "big", to: "file" });
    const other = { name: "small", condition: "price < 10" };
    const more = applyEdit(renamed, { edit: "change-node", id: "route", change: { settings: { branches: [other, { name: "new", condition: "" }] } } });
    expect(more.edges).toEqual([{ from: "orders", fromPort: "out", to: "route", toPort: "in" }]);
  });

  it("renames a node in edges and tests alike, but never onto another", () => {
    const { edges, tests } = applyEdit(drawn(), { edit: "rename", id: "orders", to: "all_orders" });
    expect(edges[0]?.from).toBe("all_orders");
    expect(Object.keys(tests[0]?.inputs ?? {})).toEqual(["all_orders"]);
    const document = drawn();
    expect(applyEdit(document, { edit: "rename", id: "orders", to: "file" })).toBe(document);
  });

  it("keeps nodes where they stand when one is added", () => {
    const [node] = pipelineDocument.parse({ name: "x", nodes: [{ id: "paid", kind: "filter", settings: { condition: "" } }] }).nodes;
    if (node === undefined) throw new Error("the piece has a node");
    const document = drawn();
    const added = applyEdit(document, { edit: "add", piece: { nodes: [{ ...node, position: { x: 5, y: 6 } }], edges: [], comments: [] } });
    const places = placesOf(document);
    expect(added.nodes.slice(0, 3).map(({ id, position }) => [id, position])).toEqual(document.nodes.map(({ id }) => [id, places[id]]));
  });

  it("puts a node into an edge", () => {
    const document = drawn();
    const [edge] = document.edges;
    const node = pipelineDocument.parse({ name: "x", nodes: [{ id: "paid", kind: "filter", settings: { condition: "true" } }] }).nodes;
    const edges = [
      { from: "orders", fromPort: "out", to: "paid", toPort: "in" },
      { from: "paid", fromPort: "out", to: "route", toPort: "in" },
    ];
    const added = applyEdit(document, { edit: "add", piece: { nodes: node, edges, comments: [] }, instead: edge });
    expect(added.edges.map(({ from, to }) => `${from}>${to}`)).toEqual(["route>file", "orders>paid", "paid>route"]);
  });
});

describe("reduce", () => {
  it("goes back and forth over every edit of the document", () => {
    let history = begin(drawn());
    history = reduce(history, edit({ edit: "move", places: { orders: { x: 10, y: 20 } } }));
    history = reduce(history, edit({ edit: "change-head", change: { name: "Paid orders" } }));
    history = reduce(history, { do: "undo" });
    expect(history.document.name).toBe("Orders");
    expect(history.document.nodes[0]?.position).toEqual({ x: 10, y: 20 });
    history = reduce(history, { do: "undo" });
    expect(history.document.nodes[0]?.position).toBeUndefined();
    history = reduce(reduce(history, { do: "redo" }), { do: "redo" });
    expect(history.document.name).toBe("Paid orders");
    expect(reduce(history, { do: "redo" })).toBe(history);
  });

  it("makes one step of typing in one field", () => {
    let history = begin(drawn());
    for (const name of ["P", "Pa", "Paid"]) history = reduce(history, edit({ edit: "change-head", change: { name } }, "name"));
    history = reduce(history, edit({ edit: "change-head", change: { description: "a" } }, "description"));
    expect(history.past).toHaveLength(2);
    expect(reduce(history, { do: "undo" }).document.name).toBe("Paid");
  });

  it("forgets what was undone when something else is done", () => {
    let history = reduce(begin(drawn()), edit({ edit: "change-head", change: { name: "A" } }));
    history = reduce(reduce(history, { do: "undo" }), edit({ edit: "change-head", change: { name: "B" } }));
    expect(history.future).toEqual([]);
    expect(history.document.name).toBe("B");
  });
});
