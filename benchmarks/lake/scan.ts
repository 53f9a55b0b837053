import { fileURLToPath } from "node:url";
import { arithmetic, call, column, compare, literal, type Query, type Relation } from "@granary/engine";
import { type OpenTable, type ReadPlan, storedColumn } from "@granary/lake";
import { type Figure, median } from "../foundation/report.ts";
import { type LakeBed, lakeBed } from "./bed.ts";
import { WIDE_SCHEMA, wideRows } from "./wide-rows.ts";

const ROWS = Number(process.env["ROWS"] ?? 10_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const ID_FIELD = 1;
const SOUGHT = Math.floor(ROWS * 0.6) + 7;

/** About every hundredth row, in no pattern that row groups would follow. */
const isDeleted = compare(
  arithmetic(arithmetic(arithmetic(storedColumn(ID_FIELD), "*", literal(2654435761)), "//", literal(4096)), "%", literal(100)),
  "=",
  literal(1),
);
const isSought = compare(column("id"), "=", literal(SOUGHT));

const groupBy = (from: Relation): Query => ({
  kind: "select",
  items: [
    { expression: column("country"), as: "country" },
    { expression: call("sum", column("amount")), as: "amount" },
  ],
  from,
  groupBy: [column("country")],
});
const lookUp = (from: Relation): Query => ({
  kind: "select",
  items: WIDE_SCHEMA.fields.map(({ name }) => ({ expression: column(name), as: name })),
  from,
  where: isSought,
});

const everything = (table: OpenTable): ReadPlan => ({ columns: table.columns.map(({ name, fieldId }) => ({ name, fieldId })) });

async function countOf(batches: AsyncIterable<readonly unknown[]>): Promise<number> {
  let rows = 0;
  for await (const batch of batches) rows += batch.length;
  return rows;
}

/** The engine alone over the same data files, by their own names, whatever was deleted. */
function plain(bed: LakeBed, table: OpenTable, query: (from: Relation) => Query): () => Promise<number> {
  const paths = table.entries.filter((entry) => entry.file.content === "data").map((entry) => fileURLToPath(entry.file.uri));
  return () =>
    bed.engine.use({ kind: "read" }, async (session) => {
      const { batches } = await session.stream(query({ kind: "parquetFiles", paths }));
      return countOf(batches);
    });
}

const computed = (bed: LakeBed, table: OpenTable, query: (from: Relation) => Query) => (): Promise<number> =>
  bed.lake.compute({ tables: { wide: { table, plan: everything(table) } }, query: query({ kind: "table", name: "wide" }) }, ({ batches }) => countOf(batches));

const filtered = (bed: LakeBed, table: OpenTable) => (): Promise<number> =>
  bed.lake.stream(table, { plan: everything(table), filter: isSought }, ({ batches }) => countOf(batches));

interface Contest {
  readonly name: string;
  readonly plain: () => Promise<number>;
  readonly ours: () => Promise<number>;
  /** Left out: told for information. */
  readonly max?: number;
}

/** Both ways in turns, so that whatever else the machine does falls on both. */
async function ratio({ name, max, ...ways }: Contest): Promise<Figure> {
  const times = { plain: [] as number[], ours: [] as number[] };
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const way of ["plain", "ours"] as const) {
      const start = performance.now();
      await ways[way]();
      if (round >= 0) times[way].push(performance.now() - start);
    }
  }
  const [alone, ours] = [median(times.plain), median(times.ours)];
  return {
    name,
    value: ours / alone,
    unit: "x",
    ...(max === undefined ? {} : { goal: { max } }),
    note: `${ours.toFixed(0)} ms, the engine alone ${alone.toFixed(0)} ms`,
  };
}

async function contests(bed: LakeBed, table: OpenTable, what: string, max: number): Promise<readonly Figure[]> {
  const all: readonly Contest[] = [
    { name: `group by, ${what}`, plain: plain(bed, table, groupBy), ours: computed(bed, table, groupBy), max },
    { name: `look-up in a query, ${what}`, plain: plain(bed, table, lookUp), ours: computed(bed, table, lookUp) },
    { name: `look-up by a filter, ${what}`, plain: plain(bed, table, lookUp), ours: filtered(bed, table), max },
  ];
  const figures: Figure[] = [];
  for (const contest of all) figures.push(await ratio(contest));
  return figures;
}

/** What reading through a table costs more than reading its files: without deletes, and with 1 % of the rows deleted by position. */
export async function scan(): Promise<Figure[]> {
  await using bed = await lakeBed();
  const ref = { workspaceId: bed.workspaceId, tableName: "wide" };
  const open = (): Promise<OpenTable> => bed.tx((tx) => bed.lake.open(tx, ref));
  const created = await bed.lake.stageCreate({ ...ref, schema: WIDE_SCHEMA, source: { query: wideRows({ from: 0, count: ROWS }) } });
  await bed.tx((tx) => bed.lake.publish(tx, created));
  const whole = await open();
  const figures = [...(await contests(bed, whole, "no deletes", 1.15))];
  const deletes = await bed.lake.stageDelete({ table: whole, where: isDeleted });
  await bed.tx((tx) => bed.lake.publish(tx, deletes));
  const thinned = await open();
  const share = (whole.rows - thinned.rows) / whole.rows;
  if (Math.abs(share - 0.01) > 0.001) throw new Error(`${share} of the rows are deleted`);
  return [...figures, ...(await contests(bed, thinned, "1 % deleted", 1.5))];
}
