import { type PipelineDocument, pipelineDocument } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { compareDocuments } from "./compare-documents.ts";

const rows = { id: "rows", kind: "source_rows", settings: { columns: [{ name: "n", type: "integer" }], rows: [["1"]] } };
const more = (expression = "n + 1") => ({ id: "more", kind: "derive", settings: { columns: [{ name: "m", expression }] } });
const edge = { from: "rows", to: "more" };
const documentOf = (parts: object): PipelineDocument => pipelineDocument.parse({ name: "p", nodes: [rows, more()], edges: [edge], ...parts });
const base = documentOf({});

describe("comparing documents", () => {
  it("finds nothing between equal ones, whatever the order of their fields", () => {
    expect(compareDocuments(base, documentOf({}))).toEqual({ nodes: [], edges: [], triggers: [], settings: [], text: "nothing changed" });
  });

  it("names a setting that changed by the name of what it is in", () => {
    const found = compareDocuments(base, documentOf({ nodes: [rows, { ...more("n + 2"), title: "More" }] }));
    expect(found.nodes).toEqual([
      {
        id: "more",
        title: "More",
        kind: "derive",
        change: "changed",
        settings: [
          { path: "columns.m.expression", from: "n + 1", to: "n + 2" },
          { path: "title", from: "", to: "More" },
        ],
      },
    ]);
    expect(found.text).toBe("1 node changed");
  });

  it("tells nodes that only moved from those that changed", () => {
    const found = compareDocuments(base, documentOf({ nodes: [{ ...rows, position: { x: 1, y: 2 } }, more()] }));
    expect(found.nodes.map(({ id, change }) => [id, change])).toEqual([["rows", "moved"]]);
    expect(found.text).toBe("1 node moved");
  });

  it("tells what was added, removed, drawn and cut", () => {
    const to = documentOf({ nodes: [rows, { id: "few", kind: "filter", settings: { condition: "n = 1" } }], edges: [{ from: "rows", to: "few" }] });
    const found = compareDocuments(base, to);
    expect(found.nodes.map(({ id, change }) => [id, change])).toEqual([
      ["few", "added"],
      ["more", "removed"],
    ]);
    expect(found.edges).toEqual([
      { from: "rows", to: "few", change: "added" },
      { from: "rows", to: "more", change: "removed" },
    ]);
    expect(found.text).toBe("1 node added, 1 removed, 1 edge added, 1 edge removed");
  });

  it("tells about triggers in a few words, and about other settings", () => {
    const daily = { id: "daily", kind: "schedule", cron: ["0 6 * * *"], timeZone: "Europe/Berlin" };
    const found = compareDocuments(base, documentOf({ name: "q", triggers: [daily], settings: { timeoutS: 60 } }));
    expect(found.triggers).toEqual([{ id: "daily", change: "added", from: null, to: "0 6 * * * Europe/Berlin" }]);
    expect(found.settings).toEqual([
      { path: "name", from: "p", to: "q" },
      { path: "settings.timeoutS", from: "21600", to: "60" },
    ]);
    expect(found.text).toBe("schedule changed, settings changed, renamed");
  });

  it("sees that columns only changed their order", () => {
    const two = (names: readonly string[]) => [rows, { ...more(), settings: { columns: names.map((name) => ({ name, expression: "1" })) } }];
    const found = compareDocuments(documentOf({ nodes: two(["a", "b"]) }), documentOf({ nodes: two(["b", "a"]) }));
    expect(found.nodes[0]?.settings).toEqual([{ path: "columns.order", from: "a, b", to: "b, a" }]);
  });
});
