import { pipelineDocument, type PipelineDocument } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { findKinds, NODE_CATALOG } from "./graph-view/node-catalog.ts";
import { layOut, placesOf } from "./graph-view/lay-out.ts";
import { whyNot } from "./graph-view/ports.ts";
import { spokenName } from "./graph-view/summary.ts";
import { neighbourOf } from "./neighbours.ts";
import { cutOut, edgesBehind, edgesWithin, freeId, freshNode, pieceText, readPiece, renamed } from "./pieces.ts";

const drawn: PipelineDocument = pipelineDocument.parse({
  name: "Orders",
  nodes: [
    { id: "orders", kind: "source_dataset", settings: { dataset: "Orders" } },
    { id: "paid", kind: "filter", title: "Only paid", settings: { condition: "status = 'paid'" } },
    { id: "cities", kind: "source_dataset", settings: { dataset: "Cities" } },
    { id: "joined", kind: "join", settings: {} },
    { id: "publish", kind: "to_dataset", settings: { dataset: "Paid" } },
  ],
  edges: [
    { from: "orders", to: "paid" },
    { from: "paid", to: "joined", toPort: "left" },
    { from: "joined", to: "publish" },
  ],
  comments: [{ id: "note", text: "Look", position: { x: 0, y: 0 } }],
});

describe("new nodes", () => {
  it("are documents that can be kept, whatever their kind", () => {
    for (const kind of Object.keys(NODE_CATALOG) as (keyof typeof NODE_CATALOG)[]) {
      const node = freshNode(drawn, kind, { x: 0, y: 0 });
      expect(pipelineDocument.safeParse({ ...drawn, nodes: [...drawn.nodes, node] }).error?.issues ?? [], kind).toEqual([]);
    }
  });

  it("have a name of their own", () => {
    expect(freeId("paid", new Set(["paid", "paid_2"]))).toBe("paid_3");
    expect(freeId("filter", new Set())).toBe("filter");
  });

  it("go behind a node, or into an edge", () => {
    const node = freshNode(drawn, "sort", { x: 0, y: 0 });
    expect(edgesBehind(drawn, "paid", node)).toEqual([{ from: "paid", fromPort: "out", to: "sort", toPort: "in" }]);
    expect(edgesBehind(drawn, "publish", node)).toEqual([]);
    const [edge] = drawn.edges;
    if (edge === undefined) throw new Error("the pipeline has edges");
    expect(edgesWithin(edge, node)).toHaveLength(2);
    expect(edgesWithin(edge, freshNode(drawn, "to_file", { x: 0, y: 0 }))).toEqual([]);
  });
});

describe("copied nodes", () => {
  it("travel as text with the edges between them, and get new names", () => {
    const piece = readPiece(pieceText(cutOut(drawn, new Set(["orders", "paid", "note"]))));
    if (piece === undefined) throw new Error("the text holds nodes");
    const next = renamed(piece, drawn, { x: 48, y: 48 });
    expect(next.nodes.map(({ id }) => id)).toEqual(["orders_2", "paid_2"]);
    expect(next.edges).toEqual([{ from: "orders_2", fromPort: "out", to: "paid_2", toPort: "in" }]);
    expect(next.comments[0]).toMatchObject({ id: "note_2", position: { x: 48, y: 48 } });
  });

  it("are nothing in any other text", () => {
    expect(readPiece("hello")).toBeUndefined();
    expect(readPiece('{"nodes":[]}')).toBeUndefined();
  });
});

describe("edges", () => {
  it("are refused where they would go round, or where an input is taken", () => {
    expect(whyNot(drawn, { from: "joined", fromPort: "out", to: "paid", toPort: "in" })).toContain("circle");
    expect(whyNot(drawn, { from: "cities", fromPort: "out", to: "joined", toPort: "left" })).toContain("taken");
    expect(whyNot(drawn, { from: "cities", fromPort: "out", to: "joined", toPort: "right" })).toBeUndefined();
    expect(whyNot(drawn, { from: "publish", fromPort: "out", to: "joined", toPort: "right" })).toContain("comes out");
  });
});

describe("the canvas", () => {
  it("lays nodes out from left to right and keeps what somebody placed", () => {
    const places = layOut(drawn);
    expect((places["orders"]?.x ?? 0) < (places["paid"]?.x ?? 0)).toBe(true);
    expect((places["paid"]?.x ?? 0) < (places["joined"]?.x ?? 0)).toBe(true);
    const moved = { ...drawn, nodes: drawn.nodes.map((node) => (node.id === "paid" ? { ...node, position: { x: 5, y: 6 } } : node)) };
    expect(placesOf(moved)["paid"]).toEqual({ x: 5, y: 6 });
  });

  it("goes along edges by arrow keys", () => {
    expect(neighbourOf(drawn, "orders", "ArrowRight")).toBe("paid");
    expect(neighbourOf(drawn, "joined", "ArrowLeft")).toBe("paid");
    expect(neighbourOf(drawn, "publish", "ArrowRight")).toBeUndefined();
  });

  it("says a node in a sentence", () => {
    const [, paid] = drawn.nodes;
    if (paid === undefined) throw new Error("the pipeline has nodes");
    expect(spokenName(paid, { inputs: 1, outputs: 1, faults: 1 })).toBe("Filter 'Only paid', 1 input, 1 output, 1 fault");
  });
});

describe("the palette", () => {
  it("finds kinds by what people call them elsewhere", () => {
    const names = (search: string) => findKinds(search).flatMap(({ kinds }) => kinds);
    expect(names("group by")).toEqual(["aggregate"]);
    expect(names("vlookup")).toEqual(["lookup"]);
    expect(names("")).toHaveLength(28);
    expect(names("no such thing")).toEqual([]);
  });
});
