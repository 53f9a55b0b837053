import { checkDocument } from "@granary/graph";
import { expect, it } from "vitest";
import { fillTemplate, listTemplates } from "./index.ts";

const VALUES = {
  connection: "shop",
  files: "orders/*.csv",
  stream: "orders",
  table: "orders",
  source: "Orders",
  dataset: "Kept",
  cursor: "updated_at",
  keys: "id",
  columns: "email",
  required: "id",
  unique: "id",
};

it.each(listTemplates().items.map((item) => [item.id]))("makes a document of %s that is right where its sources are", (id) => {
  const { document } = fillTemplate(id, VALUES);
  const columns = (["id", "email", "updated_at", "created_at", "amount"] as const).map((name) => ({
    name,
    type: name === "amount" ? ("number" as const) : name.endsWith("_at") ? ("timestamp" as const) : ("text" as const),
  }));
  const sources = Object.fromEntries(document.nodes.filter(({ kind }) => kind.startsWith("source_")).map((node) => [node.id, columns]));
  expect(checkDocument(document, { sources }).faults).toEqual([]);
});

it("says what is missing, by the field of the form", () => {
  expect(() => fillTemplate("deduplicate", { name: "x", source: " ", dataset: 3 })).toThrow(expect.objectContaining({ code: "request.invalid" }));
  expect(() => fillTemplate("nothing", {})).toThrow(expect.objectContaining({ code: "pipeline.template_not_found" }));
});
