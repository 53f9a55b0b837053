import { pipelineDocument, type PipelineNode } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { unfinished } from "./unfinished.ts";

const node = (kind: string, settings: unknown): PipelineNode =>
  pipelineDocument.parse({ name: "p", nodes: [{ id: "n", kind, settings }] }).nodes[0] as PipelineNode;

describe("unfinished", () => {
  it("names the settings that are missing, by their path", () => {
    expect(unfinished(node("filter", { condition: " " }))).toEqual([{ path: "condition", message: "Say which rows stay." }]);
    expect(
      unfinished(
        node("derive", {
          columns: [
            { name: "a", expression: "1" },
            { name: "b", expression: "" },
          ],
        }),
      ),
    ).toEqual([{ path: "columns.1.expression", message: "Say how the column is computed." }]);
    expect(unfinished(node("to_dataset", { dataset: "Orders", mode: "upsert" })).map(({ path }) => path)).toEqual(["keys"]);
  });

  it("finds nothing in nodes that are set up", () => {
    expect(unfinished(node("filter", { condition: "a > 1" }))).toEqual([]);
    expect(unfinished(node("join", { kind: "cross" }))).toEqual([]);
    expect(unfinished(node("gate", { checks: [{ check: "row_count", min: 1 }] }))).toEqual([]);
  });
});
