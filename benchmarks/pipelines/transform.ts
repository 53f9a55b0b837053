import { join } from "node:path";
import { and, arithmetic, call, cast, column, compare, createEngine, type Engine, isNull, literal, not, type Query } from "@granary/engine";
import { type Figure, median } from "../foundation/report.ts";
import { edges, type ProgramBed, programBed } from "./bed.ts";

const ROWS = Number(process.env["ROWS"] ?? 5_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
const CUSTOMERS = 100_000;
/** What starting and publishing may cost besides, in seconds. */
const BESIDES = 1;

const n = column("position");
const numbers = (length: number) => ({ kind: "sequence", length }) as const;
const PARQUET = { kind: "parquet", rowGroupRows: 122_880, compression: "zstd" } as const;

async function writeFiles(engine: Engine, dir: string): Promise<{ readonly orders: string; readonly customers: string }> {
  const [orders, customers] = [join(dir, "orders.parquet"), join(dir, "customers.parquet")];
  await engine.use({ kind: "job" }, async (session) => {
    const write = (path: string, query: Query) => session.run({ kind: "copy", query, path, format: PARQUET });
    const customer = arithmetic(arithmetic(n, "*", literal(7919)), "%", literal(CUSTOMERS));
    await write(orders, {
      kind: "select",
      items: [
        { expression: n, as: "id" },
        { expression: customer, as: "customer" },
        { expression: cast(arithmetic(arithmetic(n, "%", literal(10_000)), "/", literal(100)), { kind: "double" }), as: "amount" },
        { expression: call("concat", literal(" note "), n), as: "note" },
      ],
      from: numbers(ROWS),
    });
    await write(customers, {
      kind: "select",
      items: [
        { expression: n, as: "customer" },
        { expression: call("concat", literal("region "), arithmetic(n, "%", literal(50))), as: "region" },
      ],
      from: numbers(CUSTOMERS),
    });
  });
  return { orders, customers };
}

/** The same work as one statement written by hand over the same files. */
function byHand(orders: string, customers: string): Query {
  const gross = call("round", arithmetic(column("amount"), "*", literal(1.19)), literal(2));
  const clean: Query = {
    kind: "select",
    items: [
      { expression: column("customer"), as: "customer" },
      { expression: gross, as: "gross" },
    ],
    from: { kind: "parquetFiles", paths: [orders] },
    where: and(compare(column("amount"), ">", literal(5)), not(isNull(column("note")))),
  };
  return {
    kind: "select",
    items: [
      { expression: column("region", "c"), as: "region" },
      { expression: call("count_rows"), as: "orders" },
      { expression: call("sum", column("gross", "o")), as: "total" },
    ],
    from: {
      kind: "join",
      join: "inner",
      left: { kind: "alias", as: "o", relation: { kind: "query", query: clean } },
      right: { kind: "alias", as: "c", relation: { kind: "parquetFiles", paths: [customers] } },
      on: compare(column("customer", "o"), "=", column("customer", "c")),
    },
    groupBy: [column("region", "c")],
  };
}

const makePipeline = (bed: ProgramBed, name: string, keepOutputs: "all" | "needed"): Promise<string> =>
  bed.makePipeline({
    name,
    nodes: [
      { id: "orders", kind: "source_dataset", settings: { dataset: "orders" } },
      { id: "customers", kind: "source_dataset", settings: { dataset: "customers" } },
      { id: "clean", kind: "filter", settings: { condition: "amount > 5 and note is not null" } },
      { id: "taxed", kind: "derive", settings: { columns: [{ name: "gross", expression: "round(amount * 1.19, 2)" }] } },
      { id: "joined", kind: "join", settings: { kind: "inner", on: [{ left: "customer", right: "customer" }] } },
      {
        id: "sums",
        kind: "aggregate",
        settings: {
          by: ["region"],
          measures: [
            { name: "orders", expression: "count(*)" },
            { name: "total", expression: "sum(gross)" },
          ],
        },
      },
      { id: "into", kind: "to_dataset", settings: { dataset: name } },
    ],
    edges: [
      ...edges("orders", "clean", "taxed"),
      { from: "taxed", to: "joined", toPort: "left" },
      { from: "customers", to: "joined", toPort: "right" },
      ...edges("joined", "sums", "into"),
    ],
    settings: { keepOutputs },
  });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** Two datasets, cleaned, joined and summed up into a third, beside one statement by hand over the same rows. */
export async function transform(): Promise<Figure[]> {
  await using bed = await programBed();
  await using engine = createEngine({ tempRoot: join(bed.dir, "engine") });
  const { orders, customers } = await writeFiles(engine, bed.dir);
  await bed.importFile("orders", orders);
  await bed.importFile("customers", customers);
  const fused = await makePipeline(bed, "fused", "needed");
  const kept = await makePipeline(bed, "kept", "all");
  const took = { hand: [] as number[], fused: [] as number[], kept: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const query = byHand(orders, customers);
    const path = join(bed.dir, `by-hand-${round}.parquet`);
    took.hand.push(await timed(() => engine.use({ kind: "job" }, (session) => session.run({ kind: "copy", query, path, format: PARQUET }))));
    took.fused.push(await timed(() => bed.run(fused)));
    took.kept.push(await timed(() => bed.run(kept)));
  }
  const hand = median(took.hand);
  return [
    { name: "clean, join, aggregate by hand", value: hand, unit: "s", note: `${ROWS} rows` },
    { name: "as a pipeline, fused", value: median(took.fused), unit: "s", goal: { max: 1.15 * hand + BESIDES } },
    {
      name: "with every output kept",
      value: median(took.kept),
      unit: "s",
      goal: { max: 2 * hand + BESIDES },
      note: "the goal is twice the time by hand, and the second besides",
    },
  ];
}
