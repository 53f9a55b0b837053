import { getRunLineage } from "@granary/core/runs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bed, edge, makeBed, source, target, typed } from "./bed.ts";

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

it("records where every column a run wrote came from, and what decided about its rows", async () => {
  const { id } = await bed.created("id,city\n1,Bonn\n2,Ulm\n");
  const orders = {
    ...typed(
      ["customer:integer", "amount:integer"],
      [
        ["1", "5"],
        ["1", "7"],
      ],
    ),
    id: "orders",
  };
  const nodes = [
    source(id),
    orders,
    { id: "placed", kind: "join", settings: { on: [{ left: "customer", right: "id" }] } },
    { id: "sums", kind: "aggregate", settings: { by: ["city"], measures: [{ name: "total", expression: "sum(amount)" }] } },
    target("By city"),
  ];
  const done = await bed.run(
    await bed.pipeline(nodes, [
      edge("orders", "placed", { toPort: "left" }),
      edge("from", "placed", { toPort: "right" }),
      edge("placed", "sums"),
      edge("sums", "into"),
    ]),
  );
  expect([done.state, done.fault]).toEqual(["succeeded", null]);
  const { items } = await getRunLineage(await bed.ctx(), done.id);
  const short = items.map(({ from, kind, to }) => `${from.kind}.${from.column} ${kind} ${to.column}`);
  expect(short.toSorted()).toEqual(
    [
      "dataset. indirect ",
      "rows. indirect ",
      "dataset.city direct city",
      "rows.amount derived total",
      "rows.customer indirect ",
      "dataset.id indirect ",
      "dataset.city indirect ",
    ].toSorted(),
  );
});
