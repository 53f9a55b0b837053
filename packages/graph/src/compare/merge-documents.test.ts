import { type PipelineDocument, pipelineDocument } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { compareDocuments } from "./compare-documents.ts";
import { mergeDocuments } from "./merge-documents.ts";

type Settings = Readonly<Record<string, unknown>>;
const rows = { id: "rows", kind: "source_rows", settings: { columns: [{ name: "n", type: "integer" }], rows: [["1"]] } };
const derive = (columns: Readonly<Record<string, string>>, more: Settings = {}) => ({
  id: "more",
  kind: "derive",
  settings: { columns: Object.entries(columns).map(([name, expression]) => ({ name, expression })) },
  ...more,
});
const filter = (id: string, condition = "n = 1") => ({ id, kind: "filter", settings: { condition } });
const documentOf = (nodes: readonly unknown[], parts: Settings = {}): PipelineDocument =>
  pipelineDocument.parse({ name: "p", nodes: [rows, ...nodes], edges: [{ from: "rows", to: "more" }], ...parts });

const base = documentOf([derive({ m: "n + 1" })]);
const merged = (mine: PipelineDocument, theirs: PipelineDocument): PipelineDocument => {
  const { conflicts, document } = mergeDocuments(base, mine, theirs);
  expect(conflicts).toBeUndefined();
  return document as PipelineDocument;
};

describe("merging two people's changes", () => {
  it("takes the changes of different nodes together, and edges with them", () => {
    const mine = documentOf([derive({ m: "n + 1" }), filter("a")], {
      edges: [
        { from: "rows", to: "more" },
        { from: "rows", to: "a" },
      ],
    });
    const theirs = documentOf([derive({ m: "n + 2" })], { tags: ["x"], settings: { timeoutS: 60 } });
    const document = merged(mine, theirs);
    expect(compareDocuments(base, document).text).toBe("1 node added, 1 changed, 1 edge added, settings changed");
    expect(document.tags).toEqual(["x"]);
  });

  it("takes changes of different settings of one node together", () => {
    const mine = documentOf([derive({ m: "n + 1" }, { title: "More" })]);
    const theirs = documentOf([derive({ m: "n + 1", k: "n * 2" }, { note: "why" })]);
    const [, node] = merged(mine, theirs).nodes;
    expect(node).toMatchObject({ title: "More", note: "why", settings: { columns: [{ name: "m" }, { name: "k" }] } });
  });

  it("keeps the columns that both added to one node", () => {
    const [, node] = merged(documentOf([derive({ m: "n + 1", a: "1" })]), documentOf([derive({ m: "n + 1", b: "2" })])).nodes;
    expect(node?.settings).toEqual({
      columns: [
        { name: "m", expression: "n + 1" },
        { name: "b", expression: "2" },
        { name: "a", expression: "1" },
      ],
    });
  });

  it("names the nodes in which both changed one setting differently", () => {
    expect(mergeDocuments(base, documentOf([derive({ m: "n + 2" })]), documentOf([derive({ m: "n + 3" })])).conflicts).toEqual(["more"]);
  });

  it("takes a change that both made alike", () => {
    const same = documentOf([derive({ m: "n + 2" })]);
    expect(merged(same, same)).toEqual(same);
  });

  it("refuses to remove what the other side changed or drew an edge to", () => {
    const removed = documentOf([], { edges: [] });
    expect(mergeDocuments(base, removed, documentOf([derive({ m: "n + 2" })])).conflicts).toEqual(["more"]);
    const drawn = documentOf([derive({ m: "n + 1" }), filter("a")], {
      edges: [
        { from: "rows", to: "more" },
        { from: "more", to: "a" },
      ],
    });
    expect(mergeDocuments(base, removed, drawn).conflicts).toEqual(["more"]);
  });

  it("removes what one side removed and the other left as it was", () => {
    const document = merged(documentOf([], { edges: [] }), documentOf([derive({ m: "n + 1" }), filter("a")]));
    expect(document.nodes.map(({ id }) => id)).toEqual(["rows", "a"]);
    expect(document.edges).toEqual([]);
  });

  it("lets a node stand where either put it without calling that a conflict", () => {
    const at = (x: number) => documentOf([derive({ m: "n + 1" }, { position: { x, y: 0 } })]);
    expect(mergeDocuments(at(0), at(1), at(2)).document?.nodes[1]?.position).toEqual({ x: 1, y: 0 });
  });

  it("calls two different new nodes of one name a conflict", () => {
    const added = (condition: string) => documentOf([derive({ m: "n + 1" }), filter("a", condition)]);
    expect(mergeDocuments(base, added("n = 1"), added("n = 2")).conflicts).toEqual(["a"]);
  });
});
