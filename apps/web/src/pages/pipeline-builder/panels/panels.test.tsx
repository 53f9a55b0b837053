import { type PipelineDocument, pipelineDocument } from "@granary/protocol";
import { checkDocument } from "@granary/graph";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { useEffect, useReducer, useState } from "react";
import { describe, expect, it } from "vitest";
import { theme } from "../../../theme/theme.ts";
import { type Builder, BuilderProvider, type Jump } from "../builder-context.ts";
import { begin, reduce } from "../document-reducer.ts";
import { nodeOf } from "../graph-view/ports.ts";
import { NodePanel } from "./node-panel.tsx";

const SOURCE = {
  id: "orders",
  kind: "source_rows",
  settings: {
    columns: [
      { name: "id", type: "integer" },
      { name: "city", type: "text" },
      { name: "price", type: "decimal(18,2)" },
    ],
    rows: [],
  },
};

// jsdom lays nothing out, so there is nothing to scroll to.
Element.prototype.scrollIntoView = () => undefined;

const client = new QueryClient({ defaultOptions: { queries: { retry: false, enabled: false } } });
const seen: { document: PipelineDocument | undefined } = { document: undefined };

/** A panel in a builder of its own, without a server. */
function Shown({ document, id }: { readonly document: PipelineDocument; readonly id: string }) {
  const [history, dispatch] = useReducer(reduce, document, begin);
  const [jump, setJump] = useState<Jump>();
  useEffect(() => {
    Object.assign(seen, { document: history.document });
  }, [history.document]);
  const node = nodeOf(history.document, id);
  const builder: Builder = {
    document: history.document,
    edit: (edit, going) => dispatch({ do: "edit", edit, going }),
    undo: () => dispatch({ do: "undo" }),
    redo: () => dispatch({ do: "redo" }),
    canUndo: history.past.length > 0,
    canRedo: false,
    selection: new Set([id]),
    select: () => undefined,
    edge: undefined,
    selectEdge: () => undefined,
    node,
    checked: { ...checkDocument(history.document), sql: {} },
    goTo: (to, path = null) => setJump({ node: to, path, turn: 1 }),
    jump,
    mayEdit: true,
  };
  return (
    <QueryClientProvider client={client}>
      <MantineProvider theme={theme} env="test">
        <BuilderProvider value={builder}>{node !== undefined && <NodePanel node={node} />}</BuilderProvider>
      </MantineProvider>
    </QueryClientProvider>
  );
}

function show(node: { readonly id: string; readonly kind: string; readonly settings: object }, port = "in") {
  const document = pipelineDocument.parse({ name: "p", nodes: [SOURCE, node], edges: [{ from: "orders", to: node.id, toPort: port }] });
  render(<Shown document={document} id={node.id} />);
}
const settings = (id: string) => (seen.document === undefined ? undefined : nodeOf(seen.document, id)?.settings);

describe("the settings of a node", () => {
  it("offer the columns that come in, and say what is wrong at its field", async () => {
    show({ id: "typed", kind: "cast", settings: { columns: [{ column: "town", type: "text" }] } });
    expect((await screen.findAllByText(/town/)).length).toBeGreaterThan(0);
    fireEvent.click(screen.getByRole("combobox", { name: "Column 1" }));
    fireEvent.click(await screen.findByRole("option", { name: /city/, hidden: true }));
    expect(settings("typed")).toEqual({ columns: [{ column: "city", type: "text" }], onFault: "fail" });
  });

  it("explain what happens to rows that are there", () => {
    show({ id: "publish", kind: "to_dataset", settings: { dataset: "Paid" } });
    expect(screen.getByRole("img", { name: /two new ones alone/ })).toBeDefined();
    fireEvent.change(screen.getByLabelText("What happens to rows that are there"), { target: { value: "upsert" } });
    expect(screen.getByText(/Rows of the same key are replaced/)).toBeDefined();
    expect(screen.getByText("Choose the columns that tell rows apart.")).toBeDefined();
    expect(settings("publish")).toMatchObject({ mode: "upsert" });
  });

  it("add, order and remove rows of settings", () => {
    show({ id: "sorted", kind: "sort", settings: { by: [] } });
    fireEvent.click(screen.getByRole("button", { name: "Add a column" }));
    fireEvent.click(screen.getByRole("button", { name: "Add a column" }));
    expect(settings("sorted")).toMatchObject({ by: [{ column: "id" }, { column: "city" }] });
    fireEvent.click(screen.getByRole("button", { name: "Move column 2 up" }));
    expect(settings("sorted")).toMatchObject({ by: [{ column: "city" }, { column: "id" }] });
    fireEvent.click(screen.getByRole("button", { name: "Remove column 1" }));
    expect(settings("sorted")).toMatchObject({ by: [{ column: "id" }] });
  });

  it("keep only what was said: an emptied name is left out", () => {
    show({ id: "named", kind: "select", settings: { columns: [{ from: "city", to: "town" }] } });
    fireEvent.change(screen.getByLabelText("New name of city"), { target: { value: "" } });
    expect(settings("named")).toEqual({ columns: [{ from: "city" }], mode: "keep" });
  });
});

describe("the field mapper", () => {
  it("makes a field of a column by a click, and fills fields by the keyboard", async () => {
    show({ id: "mapped", kind: "map", settings: { fields: [{ to: "town", type: "text" }] } });
    fireEvent.click(screen.getByRole("combobox", { name: "Column that fills town" }));
    fireEvent.click(await screen.findByRole("option", { name: /city/, hidden: true }));
    fireEvent.click(screen.getByRole("button", { name: /^price/ }));
    expect(settings("mapped")).toMatchObject({
      fields: [
        { to: "town", type: "text", from: "city" },
        { to: "price", type: "decimal(18,2)", from: "price" },
      ],
    });
  });

  it("suggests columns for empty fields, and takes them all at once", () => {
    const fields = [
      { to: "town", type: "text" },
      { to: "price", type: "decimal(18,2)" },
      { to: "identifier", type: "integer" },
    ];
    show({ id: "mapped", kind: "map", settings: { fields } });
    fireEvent.click(screen.getByRole("button", { name: "Accept all" }));
    expect(settings("mapped")).toMatchObject({ fields: expect.arrayContaining([{ to: "price", type: "decimal(18,2)", from: "price" }]) });
    expect(screen.getByRole("region", { name: "The mapping as code" }).textContent).toContain('price as "price"');
  });

  it("turns a column into a formula and back", () => {
    show({ id: "mapped", kind: "map", settings: { fields: [{ to: "town", type: "text", from: "city" }] } });
    fireEvent.click(screen.getByRole("button", { name: /Formula/ }));
    expect(settings("mapped")).toMatchObject({ fields: [{ to: "town", type: "text", expression: "city" }] });
    fireEvent.click(screen.getByRole("button", { name: "From a column instead" }));
    expect(settings("mapped")).toMatchObject({ fields: [{ to: "town", type: "text" }] });
  });
});
