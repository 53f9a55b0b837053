import { pipelineDocument, type PipelineDocument } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { disputedNodes, mergeByChoice } from "./merge-choice.ts";

const made = (conditions: Record<string, string>, rest: object = {}): PipelineDocument =>
  pipelineDocument.parse({ name: "p", nodes: Object.entries(conditions).map(([id, condition]) => ({ id, kind: "filter", settings: { condition } })), ...rest });

const conditions = ({ nodes }: PipelineDocument) => Object.fromEntries(nodes.map((node) => [node.id, node.kind === "filter" ? node.settings.condition : ""]));

describe("two people at one pipeline", () => {
  const base = made({ a: "1", b: "1", c: "1" }, { edges: [{ from: "a", to: "b" }] });
  const mine = made(
    { a: "2", b: "mine", c: "1" },
    {
      edges: [
        { from: "a", to: "b" },
        { from: "b", to: "c" },
      ],
      description: "mine",
    },
  );
  const theirs = made({ a: "1", b: "theirs", d: "new" });

  it("dispute only what both changed in different ways", () => {
    expect(disputedNodes(base, mine, theirs).map(({ id }) => id)).toEqual(["b"]);
    expect(disputedNodes(base, mine, mine)).toEqual([]);
  });

  it("lose nothing that one side alone did", () => {
    const merged = mergeByChoice({ base, mine, theirs }, { b: "theirs" }, "mine");
    expect(conditions(merged)).toEqual({ a: "2", b: "theirs", d: "new" });
    expect(merged.description).toBe("mine");
    expect(merged.edges).toEqual([]);
  });

  it("never dispute where a node stands", () => {
    const moved = { ...base, nodes: base.nodes.map((node) => ({ ...node, position: { x: 1, y: 2 } })) };
    const away = { ...base, nodes: base.nodes.map((node) => ({ ...node, position: { x: 9, y: 9 } })) };
    expect(disputedNodes(base, moved, away)).toEqual([]);
  });
});
