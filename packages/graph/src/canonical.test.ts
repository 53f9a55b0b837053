import { pipelineDocument } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { canonical, fileForm } from "./canonical.ts";

const document = pipelineDocument.parse({
  name: "p",
  tags: ["b", "a"],
  nodes: [
    { id: "a", kind: "source_rows", settings: { columns: [{ name: "n", type: "integer" }], rows: [["1"], [null]] }, note: "why" },
    { id: "b", kind: "filter", settings: { condition: "n > 1" }, position: { x: 1, y: 2 } },
  ],
  edges: [{ from: "a", to: "b" }],
  settings: { timeoutS: 60 },
});

describe("one text for equal documents", () => {
  it("does not depend on the order of fields, and does on what they hold", () => {
    const other = pipelineDocument.parse(Object.fromEntries(Object.entries(document).toReversed()));
    expect(canonical(other)).toBe(canonical(document));
    expect(canonical({ ...document, name: "q" })).not.toBe(canonical(document));
    expect(canonical({ ...document, tags: ["a", "b"] })).not.toBe(canonical(document));
  });

  it("reads back from its file as it was, without what goes without saying", () => {
    const file = fileForm(document);
    expect(canonical(pipelineDocument.parse(file))).toBe(canonical(document));
    expect(Object.keys(file)).toEqual(["format", "name", "tags", "settings", "nodes", "edges"]);
    expect(file["edges"]).toEqual([{ from: "a", to: "b" }]);
    expect(file["settings"]).toEqual({ timeoutS: 60 });
  });
});
