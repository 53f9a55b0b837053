import { type Figure, median } from "../foundation/report.ts";
import { gateBed } from "./bed.ts";

const ROWS = Number(process.env["BENCH_ROWS"] ?? 1_000_000);
const PAGES = 40;
const WARM = 3;
const LIMIT = "100";

/** A place or value of its own each time, so that no page was asked for before. */
const ASKS: Readonly<Record<string, (index: number) => Readonly<Record<string, string>>>> = {
  "in stored order": () => ({}),
  "of a filter": (index) => ({ filter: JSON.stringify({ column: "category", op: "eq", value: `category ${index}` }) }),
};

async function timed(url: string, token: string): Promise<number> {
  const start = performance.now();
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return performance.now() - start;
}

/** Pages of 100 rows with and without five masks and a row filter, in turns. */
export async function rowPage(): Promise<Figure[]> {
  await using gate = await gateBed(ROWS, true);
  const figures: Figure[] = [];
  for (const [name, ask] of Object.entries(ASKS)) {
    const masked: number[] = [];
    const plain: number[] = [];
    for (let index = 0; index < PAGES; index += 1) {
      const url = `${gate.bed.url}/rows?${new URLSearchParams({ ...ask(index), limit: LIMIT })}`;
      const pair = [await timed(url, gate.plain), await timed(url, gate.masked)] as const;
      if (index < WARM) continue;
      plain.push(pair[0]);
      masked.push(pair[1]);
    }
    figures.push(
      { name: `a page ${name} of ${ROWS} rows, with masks and filter`, value: median(masked), unit: "ms" },
      { name: `a page ${name}, without`, value: median(plain), unit: "ms" },
      { name: `a page ${name}, with / without`, value: median(masked) / median(plain), unit: "x", goal: { max: 1.2 } },
    );
  }
  return figures;
}
