import { type Figure, percentile } from "../foundation/report.ts";
import { datasetBed } from "./bed.ts";

const ROWS = Number(process.env["BENCH_ROWS"] ?? 10_000_000);
const PAGES = 40;
const LIMIT_MS = 200;

/** Different places and values each time, so that no page was asked for before. */
const spread = (index: number, limit: number): number => (index * 7919 + 17) % limit;

type Ask = (index: number) => Readonly<Record<string, string>>;

const condition = (column: string, op: string, value: string): object => ({ column, op, value });
const filter = (...conditions: object[]): { readonly filter: string } => ({ filter: JSON.stringify({ and: conditions }) });

const PARTS: Readonly<Record<string, Ask>> = {
  "a page somewhere in the order of the key": (index) => ({
    ...filter(condition("id", "ge", String(spread(index, 997) * Math.floor(ROWS / 1000)))),
    sort: "id",
  }),
  "a row by its key": (index) => filter(condition("id", "eq", String(spread(index, 997) * Math.floor(ROWS / 1000)))),
  "a page of a filter many rows meet": (index) => filter(condition("category", "eq", `category ${spread(index, 50)}`)),
  "a page of a filter by two columns": (index) => filter(condition("country", "eq", String(spread(index, 200))), condition("active", "eq", "true")),
  "a page of a part of a text": (index) => filter(condition("name", "contains", (spread(index, 65_536) + 65_536).toString(16).slice(1))),
};

/** Pages of 100 rows over HTTP, each of a place or value of its own. */
export async function rowPages(): Promise<Figure[]> {
  await using bed = await datasetBed(ROWS);
  const figures: Figure[] = [];
  for (const [name, ask] of Object.entries(PARTS)) {
    const times: number[] = [];
    for (let index = 0; index < PAGES; index += 1) {
      const start = performance.now();
      await (await bed.get(`/rows?${new URLSearchParams({ ...ask(index), limit: "100" })}`)).text();
      if (index > 2) times.push(performance.now() - start);
    }
    figures.push({
      name: `${name}, ${ROWS} rows, p95`,
      value: percentile(times, 0.95),
      unit: "ms",
      goal: { max: LIMIT_MS },
      note: `median ${percentile(times, 0.5).toFixed(0)} ms`,
    });
  }
  const start = performance.now();
  await (await bed.get("/columns/stats?columns=amount,category")).text();
  figures.push({ name: `statistics of two columns, ${ROWS} rows, the first time`, value: (performance.now() - start) / 1000, unit: "s" });
  return figures;
}
