import type { OpenTable, PageRequest } from "@granary/lake";
import { type Figure, median } from "../foundation/report.ts";
import { type LakeBed, lakeBed } from "./bed.ts";
import { WIDE_SCHEMA, wideRows } from "./wide-rows.ts";

const ROWS = Number(process.env["ROWS"] ?? 10_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const PAGE_ROWS = 50;
const MAX_FIRST_PAGE_MS = 60;

type Order = NonNullable<PageRequest["orderBy"]>;

/** From the name of the table to its rows, all columns, as a request does it. */
async function firstPage(bed: LakeBed, tableName: string, orderBy: Order): Promise<number> {
  const start = performance.now();
  const table = await bed.tx((tx) => bed.lake.open(tx, { workspaceId: bed.workspaceId, tableName }));
  const page = await bed.lake.rows(table, { plan: { columns: table.columns.map(({ name, fieldId }) => ({ name, fieldId })) }, orderBy, limit: PAGE_ROWS });
  if (page.rows.length !== PAGE_ROWS || page.next === null) throw new Error("the page is not full");
  return performance.now() - start;
}

async function measure(bed: LakeBed, tableName: string, orderBy: Order): Promise<number> {
  const times: number[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const time = await firstPage(bed, tableName, orderBy);
    if (round >= 0) times.push(time);
  }
  return median(times);
}

async function nextPage(bed: LakeBed, table: OpenTable, orderBy: Order): Promise<number> {
  const plan = { columns: table.columns.map(({ name, fieldId }) => ({ name, fieldId })) };
  const first = await bed.lake.rows(table, { plan, orderBy, limit: 10_000 });
  const start = performance.now();
  await bed.lake.rows(table, { plan, orderBy, limit: PAGE_ROWS, after: first.next ?? "" });
  return performance.now() - start;
}

/** How long the first page of 50 rows of 10 million takes, over warm engine processes. */
export async function pages(): Promise<Figure[]> {
  await using bed = await lakeBed();
  const ref = { workspaceId: bed.workspaceId, tableName: "wide" };
  const staged = await bed.lake.stageCreate({ ...ref, schema: WIDE_SCHEMA, source: { query: wideRows({ from: 0, count: ROWS }) } });
  await bed.tx((tx) => bed.lake.publish(tx, staged));
  const table = await bed.tx((tx) => bed.lake.open(tx, ref));
  const figures: Figure[] = [];
  const asked: readonly (readonly [string, Order, number | undefined])[] = [
    ["unsorted", [], MAX_FIRST_PAGE_MS],
    ["by key", [{ column: "id", direction: "asc" }], MAX_FIRST_PAGE_MS],
    ["by key, descending", [{ column: "id", direction: "desc" }], MAX_FIRST_PAGE_MS],
    ["by a column in no order", [{ column: "created_at", direction: "asc" }], undefined],
  ];
  for (const [name, orderBy, max] of asked) {
    figures.push({ name: `first page, ${name}`, value: await measure(bed, "wide", orderBy), unit: "ms", ...(max === undefined ? {} : { goal: { max } }) });
    figures.push({ name: `page behind 10,000 rows, ${name}`, value: await nextPage(bed, table, orderBy), unit: "ms" });
  }
  return figures;
}
