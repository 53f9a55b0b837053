import { NODE_KINDS, type PipelineDocument, pipelineDocument } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { randomOf } from "../test/random-expression.ts";
import { checkDocument } from "./check-document.ts";
import type { KnownSchemas } from "./nodes/index.ts";

type Part = Readonly<Record<string, unknown>>;
const rows: Part = {
  id: "rows",
  kind: "source_rows",
  settings: {
    columns: [
      { name: "id", type: "integer" },
      { name: "city", type: "text" },
      { name: "day", type: "date" },
    ],
    rows: [],
  },
};
const node = (kind: string, settings: Part, id = "it"): Part => ({ id, kind, settings });
const edge = (from: string, to: string): Part => {
  const [start, fromPort = "out"] = from.split(".");
  const [end, toPort = "in"] = to.split(".");
  return { from: start, fromPort, to: end, toPort };
};
const documentOf = (nodes: readonly Part[], edges: readonly Part[], more: Part = {}): PipelineDocument =>
  pipelineDocument.parse({ name: "p", nodes, edges, ...more });

/** Faults of one node behind the rows, in short; what nobody reads or writes is left out. */
function faultsOf(kind: string, settings: Part, { known = {}, ports = ["in"] }: { known?: KnownSchemas; ports?: readonly string[] } = {}): readonly string[] {
  const document = documentOf(
    [rows, node(kind, settings)],
    ports.map((port) => edge("rows", `it.${port}`)),
  );
  return checkDocument(document, known)
    .faults.filter(({ code }) => code !== "graph.unused" && code !== "graph.no_destination")
    .map(({ message, path, severity }) => `${severity === "warning" ? "warning " : ""}${path ?? ""}: ${message}`);
}

const columnsOf = (kind: string, settings: Part, ports: readonly string[] = ["in"]): Readonly<Record<string, string>> => {
  const document = documentOf(
    [rows, node(kind, settings)],
    ports.map((port) => edge("rows", `it.${port}`)),
  );
  const found = Object.entries(checkDocument(document).columns["it"] ?? {}).map(([port, columns]) => [
    port,
    columns.map(({ name, type }) => `${name} ${type}`).join(", "),
  ]);
  return Object.fromEntries(found);
};

describe("columns that go out of a node", () => {
  it.each<[string, Part, Readonly<Record<string, string>>, (readonly string[])?]>([
    ["filter", { condition: "id = 1" }, { out: "id integer, city text, day date", rest: "id integer, city text, day date" }],
    [
      "derive",
      {
        columns: [
          { name: "CITY", expression: "length(city)" },
          { name: "next", expression: "day + 1" },
        ],
      },
      { out: "id integer, CITY integer, day date, next date" },
    ],
    ["select", { columns: [{ from: "DAY", to: "at" }, { from: "id" }] }, { out: "at date, id integer" }],
    ["select", { mode: "drop", columns: [{ from: "day" }] }, { out: "id integer, city text" }],
    ["cast", { columns: [{ column: "id", type: "text" }] }, { out: "id text, city text, day date" }],
    ["map", { fields: [{ to: "n", type: "number", from: "id" }] }, { out: "n number" }],
    ["join", { on: [{ left: "id", right: "id" }] }, { out: "id integer, city text, day date, city_right text, day_right date" }, ["left", "right"]],
    ["join", { kind: "anti", on: [{ left: "id", right: "id" }] }, { out: "id integer, city text, day date" }, ["left", "right"]],
    [
      "lookup",
      { on: [{ column: "id", key: "id" }], take: [{ from: "city", to: "place" }] },
      { out: "id integer, city text, day date, place text" },
      ["in", "table"],
    ],
    ["union", {}, { out: "id integer, city text, day date" }, ["in", "in"]],
    ["aggregate", { by: ["city"], measures: [{ name: "n", expression: "count(*)" }] }, { out: "city text, n integer" }],
    ["pivot", { by: ["city"], column: "id", values: [{ value: "1", name: "one" }], measure: "max(day)" }, { out: "city text, one date" }],
    ["unpivot", { columns: ["city"] }, { out: "id integer, day date, name text, value text" }],
    [
      "window",
      { orderBy: [{ column: "id" }], columns: [{ name: "place", expression: "row_number()" }] },
      { out: "id integer, city text, day date, place integer" },
    ],
    ["branch", { branches: [{ name: "one", condition: "id = 1" }] }, { one: "id integer, city text, day date", else: "id integer, city text, day date" }],
    ["flatten", { column: "city", into: "rows", keepColumn: true }, { out: "id integer, city text, day date, city_item json" }],
    [
      "mask",
      {
        columns: [
          { column: "id", mask: "numeric_round:1" },
          { column: "day", mask: "redact" },
        ],
      },
      { out: "id integer, city text, day text" },
    ],
    ["function", { function: "f", outputs: [{ name: "x", type: "number" }] }, { out: "id integer, city text, day date, x number" }],
    ["sql", { text: "select 1 as x", schema: [{ name: "x", type: "integer" }] }, { out: "x integer" }, ["input"]],
    ["to_file", { name: "x" }, {}],
  ])("%s %#", (kind, settings, expected, ports) => expect(columnsOf(kind, settings, ports)).toEqual(expected));
});

describe("faults of nodes", () => {
  it.each<[string, Part, readonly string[], Parameters<typeof faultsOf>[2]?]>([
    ["filter", { condition: "" }, ["condition: Say which rows stay."]],
    ["filter", { condition: "id" }, ["condition: A condition is true or false, but this is integer. Compare it with something."]],
    [
      "derive",
      {
        columns: [
          { name: "a", expression: "1" },
          { name: "A", expression: "b" },
        ],
      },
      ["columns.1.name: Two columns are called A. Names must differ in more than small and capital letters.", "columns.1.expression: There is no column b."],
    ],
    [
      "derive",
      { columns: [{ name: "a", expression: "interval '1 day'" }] },
      ["columns.0.expression: A span of time cannot be kept in a column: use date_diff to count its units."],
    ],
    [
      "select",
      { columns: [{ from: "citty" }] },
      ["columns.0.from: There is no column citty. Did you mean city?", "columns: No column is left: keep at least one."],
    ],
    ["cast", { columns: [{ column: "day", type: "integer" }] }, ["columns.0.type: date cannot become integer."]],
    [
      "cast",
      { columns: [{ column: "id", type: "date", format: "%Y" }] },
      ["columns.0.type: integer cannot become date.", "columns.0.format: A format is for texts that become dates or timestamps."],
    ],
    ["map", { fields: [{ to: "a", type: "text", from: "id", expression: "1" }] }, ["fields.0: a has a column and an expression: leave one out."]],
    ["join", { on: [{ left: "id", right: "day" }] }, ["on.0: id is integer and day is date: cast one of them before."], { ports: ["left", "right"] }],
    [
      "join",
      { kind: "cross", on: [{ left: "id", right: "id" }] },
      ["on: A cross join puts every row beside every other: choose another kind for a condition."],
      { ports: ["left", "right"] },
    ],
    [
      "lookup",
      { on: [{ column: "id", key: "id" }], take: [{ from: "city" }] },
      ["take.0.to: Two columns are called city. Names must differ in more than small and capital letters."],
      { ports: ["in", "table"] },
    ],
    [
      "aggregate",
      { by: ["city"], measures: [{ name: "n", expression: "id" }] },
      ["measures.0.expression: id has several values in a group: put it into an aggregate such as sum or max, or group by it."],
    ],
    ["unpivot", { columns: ["id", "city"] }, ["columns: The columns have types that do not go together. Cast them to one type before."]],
    [
      "flatten",
      { column: "id", into: "columns", fields: [{ path: "a.b", name: "x", type: "text" }] },
      ["column: id is integer: only JSON can be flattened.", "fields.0.path: A path is like $.address.city or $.items[0]."],
    ],
    ["branch", { branches: [{ name: "else", condition: "true" }] }, ["branches.0.name: Another branch is called else already."]],
    ["window", { columns: [{ name: "a", expression: "lag(id)" }], frame: {} }, ["orderBy: A frame of rows before and after needs an order."]],
    [
      "gate",
      { checks: [{ check: "row_count" }, { check: "volume_change" }] },
      ["checks.0: Say how many rows there must be at least or at most.", "checks.1: Say by how much the number of rows may drop or grow."],
    ],
    [
      "to_dataset",
      { dataset: "d", mode: "upsert", keys: ["idd"], lastBy: "dai" },
      ["keys.0: There is no column idd. Did you mean id?", "lastBy: There is no column dai. Did you mean day?"],
    ],
    [
      "to_dataset",
      { dataset: "d", drift: "stop" },
      ["warning : The dataset has other columns: city is new, day is new. The run will fail."],
      { known: { targets: { it: [{ name: "id", type: "integer" }] } } },
    ],
    ["sql", { text: "select 1" }, ["warning : The columns of this SQL are known once the pipeline has been checked on the server."], { ports: ["input"] }],
  ])("%s %#", (kind, settings, expected, about) => expect(faultsOf(kind, settings, about)).toEqual(expected));
});

describe("faults of a graph", () => {
  const filter = (id: string): Part => node("filter", { condition: "true" }, id);
  const messagesOf = (nodes: readonly Part[], edges: readonly Part[], more: Part = {}): readonly string[] =>
    checkDocument(documentOf(nodes, edges, more)).faults.map((fault) => `${fault.node ?? ""}: ${fault.message}`);

  it("tells what nothing leads to and what leads nowhere", () => {
    expect(messagesOf([filter("a")], [])).toEqual([
      "a: Nothing comes in: draw an edge to it.",
      "a: Nothing reads what comes out of this.",
      ": The pipeline writes nothing: add a destination.",
    ]);
  });

  it("finds circles, and checks the rest all the same", () => {
    const found = checkDocument(documentOf([rows, filter("a"), filter("b"), filter("c")], [edge("a", "b"), edge("b", "a"), edge("rows", "c")]));
    expect(found.faults.filter(({ code }) => code === "graph.circle").map((fault) => fault.node)).toEqual(["a", "b"]);
    expect(found.order).toEqual(["rows", "c"]);
  });

  it("tells edges to what is not there", () => {
    const found = messagesOf([rows, filter("a")], [edge("rows", "b"), edge("rows.rset", "a"), edge("rows", "a.inn"), edge("rows", "a"), edge("rows", "a")]);
    expect(found.slice(0, 4)).toEqual([
      "rows: An edge leads to b, which is not there.",
      "a: rows has no output rset.",
      "a: a has no input inn. Did you mean in?",
      "a: Several edges lead to in, which takes one. Put a union before it.",
    ]);
  });

  it("tells names that are there twice", () => {
    const parameters = [
      { name: "x", type: "text" },
      { name: "x", type: "text" },
      { name: "run_started_at", type: "text" },
    ];
    expect(messagesOf([rows, rows], [], { parameters }).slice(0, 3)).toEqual([
      "rows: Two nodes are called rows.",
      ": Two parameters are called x.",
      ": Every run has a parameter run_started_at already: choose another name.",
    ]);
  });

  it("says nothing more about columns behind a node whose columns are not known", () => {
    const source = node("source_dataset", { dataset: "d" }, "source");
    const found = messagesOf(
      [source, node("filter", { condition: "whatever > 1" }, "a"), node("to_file", { name: "f" }, "b")],
      [edge("source", "a"), edge("a", "b")],
    );
    expect(found).toEqual(["source: The columns are not known yet. Choose the source, or discover it again."]);
  });

  it("goes by the columns that are known rather than by those in the settings", () => {
    const source = node("source_dataset", { dataset: "d", columns: ["b"], schema: [{ name: "a", type: "text" }] }, "source");
    const found = checkDocument(documentOf([source], []), {
      sources: {
        source: [
          { name: "a", type: "integer" },
          { name: "b", type: "date" },
        ],
      },
    });
    expect(found.columns["source"]).toEqual({ out: [{ name: "b", type: "date" }] });
  });

  it("puts nodes behind what they read", () => {
    const found = checkDocument(documentOf([filter("c"), filter("b"), rows], [edge("rows", "b"), edge("b", "c")]));
    expect(found.order).toEqual(["rows", "b", "c"]);
    expect(found.inputs["c"]).toEqual({ in: [{ node: "b", port: "out" }] });
  });

  it("never falls over, whatever graph somebody draws", () => {
    const settings: Readonly<Record<string, Part>> = {
      source_rows: rows["settings"] as Part,
      source_stream: { connection: "c", stream: { name: "s" } },
      source_dataset: { dataset: "d", schema: [{ name: "id", type: "integer" }] },
      limit: { rows: 1 },
      filter: { condition: "id = 1" },
      derive: { columns: [{ name: "x", expression: "city || id" }] },
      flatten: { column: "city", into: "rows" },
      pivot: { column: "id", values: [{ value: "1", name: "one" }], measure: "sum(id)" },
      branch: { branches: [{ name: "b", condition: "id > 1" }] },
      cast: { columns: [{ column: "id", type: "text" }] },
      map: { fields: [{ to: "id", type: "integer", from: "city" }] },
      mask: { columns: [{ column: "id", mask: "hash" }] },
      sql: { text: "x" },
      to_file: { name: "f" },
      to_dataset: { dataset: "d" },
      to_change: { dataset: "d" },
      to_connection: { connection: "c" },
      function: { function: "f", outputs: [] },
      sort: { by: [{ column: "id" }] },
      lookup: { on: [{ column: "id", key: "id" }], take: [{ from: "city" }] },
      unpivot: { columns: ["id"] },
      window: { columns: [{ name: "w", expression: "sum(id)" }] },
      gate: { checks: [{ check: "not_null", column: "id" }] },
      select: { columns: [{ from: "id" }] },
    };
    const PORTS = ["in", "out", "left", "right", "table", "rest", "b", "else", "input"];
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = randomOf(seed);
      const nodes = Array.from({ length: 1 + random(8) }, (_, index) => {
        const kind = NODE_KINDS[random(NODE_KINDS.length)] ?? "limit";
        return node(kind, settings[kind] ?? {}, `n${index}`);
      });
      const edges = Array.from({ length: random(12) }, () => edge(`n${random(9)}.${PORTS[random(9)]}`, `n${random(9)}.${PORTS[random(9)]}`));
      expect(checkDocument(documentOf(nodes, edges)).order.length).toBeLessThanOrEqual(nodes.length);
    }
  });
});
