import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { buildGridPage } from "../../apps/web/scripts/build-grid-page.ts";
import { findBrowser } from "../../scripts/test/browser.ts";
import { type Figure, median, percentile } from "../foundation/report.ts";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const [ROWS, COLUMNS] = [1_000_000, 30];
const STEPS = 300;
const STEP_PX = 420;
const LIMIT_MS = 50;
const ORIGIN = "http://grid.test";
const TYPES: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript", css: "text/css", woff2: "font/woff2" };

/** What stands at the end of the grid after its scroll bar was dragged there. */
async function lastRow(page: Page): Promise<string> {
  await page.evaluate("scrollToEnd()");
  await page.locator(`[role=row][aria-rowindex="${ROWS + 1}"]`).waitFor();
  return page.locator("[role=rowheader]").last().innerText();
}

/** How evenly the grid scrolls through a million rows of thirty columns, drawn in software. */
export async function grid(): Promise<Figure[]> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error("this part needs Chromium: apt-get install chromium");
  const built = mkdtempSync(join(tmpdir(), "granary-grid-"));
  await buildGridPage(built);
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.route(`${ORIGIN}/**`, async (route) => {
      const path = new URL(route.request().url()).pathname.slice(1);
      await route.fulfill({ body: await readFile(join(built, path)), contentType: TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream" });
    });
    await page.goto(`${ORIGIN}/index.html?rows=${ROWS}&columns=${COLUMNS}`);
    await page.locator('[role=row][aria-rowindex="2"]').waitFor();
    const figures: Figure[] = [];
    for (const kind of ["steps", "jumps", "sideways"] as const) {
      const times = await page.evaluate<number[]>(`scrollGrid(${JSON.stringify({ kind, steps: STEPS, step: STEP_PX })})`);
      const note = `median ${median(times).toFixed(1)} ms, worst ${Math.max(...times).toFixed(0)} ms`;
      figures.push({ name: `grid of ${ROWS} x ${COLUMNS}, ${kind}, p95 frame`, value: percentile(times, 0.95), unit: "ms", goal: { max: LIMIT_MS }, note });
    }
    const end = Number((await lastRow(page)).replaceAll(/\D/g, ""));
    figures.push({ name: "grid: the last row is reached", value: end, unit: "", goal: { min: ROWS } });
    return figures;
  } finally {
    await browser.close();
    rmSync(built, { recursive: true, force: true });
  }
}
