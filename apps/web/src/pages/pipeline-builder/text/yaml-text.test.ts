import { pipelineDocument } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { placeFaults, readText, writeText } from "./yaml-text.ts";

const document = pipelineDocument.parse({
  name: "Orders: paid",
  nodes: [
    { id: "orders", kind: "source_dataset", settings: { dataset: "Orders", schema: [{ name: "id", type: "integer" }] }, position: { x: 12, y: 24 } },
    { id: "paid", kind: "filter", settings: { condition: "status = 'paid'\n  and price > 0" }, note: "Why: because" },
  ],
  edges: [{ from: "orders", to: "paid" }],
  triggers: [{ id: "morning", kind: "schedule", cron: ["0 6 * * *"], timeZone: "Europe/Zurich" }],
  parameters: [{ name: "since", type: "date", default: "2026-01-01" }],
});

describe("a pipeline as text", () => {
  it("comes back the same from YAML and from JSON", () => {
    for (const format of ["yaml", "json"] as const) expect(readText(writeText(document, format)).document).toEqual(document);
  });

  it("says at which line something is wrong", () => {
    const wrong = readText("name: x\nnodes:\n  - id: a\n    kind: filter\n    settings:\n      condition: 5\n");
    expect(wrong.document).toBeUndefined();
    expect(wrong.faults[0]).toMatchObject({ line: 6, severity: "error" });
    expect(readText("name: [").faults[0]?.line).toBeGreaterThan(0);
  });

  it("shows a fault of the graph at its setting", () => {
    const text = writeText(document, "yaml");
    const [fault] = placeFaults(text, document, [{ severity: "error", code: "x", message: "No column of this name.", node: "paid", path: "condition" }]);
    expect(text.slice(fault?.from, fault?.to)).toContain("status = 'paid'");
  });
});
