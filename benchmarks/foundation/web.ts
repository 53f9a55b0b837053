import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAM_ADMIN, startProgram } from "@granary/testkit/program";
import { type Browser, chromium } from "playwright-core";
import { findBrowser } from "../../scripts/test/browser.ts";
import { type Figure, median } from "./report.ts";

const ROUNDS = 5;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

interface Visit {
  readonly scriptBytes: number;
  readonly paintMs: number;
}

/** Opens an address with an empty cache and answers what it loaded in script, as sent, and when its largest part was painted. */
async function visit(browser: Browser, url: string, storage?: Awaited<ReturnType<typeof signIn>>): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...(storage === undefined ? {} : { storageState: storage }) });
  const page = await context.newPage();
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      Object.assign(globalThis, { largestPaint: list.getEntries().at(-1)?.startTime });
    }).observe({ type: "largest-contentful-paint", buffered: true } as never);
  });
  await page.goto(url, { waitUntil: "networkidle" });
  await page.getByRole("heading", { level: 1 }).waitFor();
  const result = await page.evaluate(() => ({
    scriptBytes: performance
      .getEntriesByType("resource")
      .filter((entry) => new URL(entry.name).pathname.endsWith(".js"))
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    paintMs: (globalThis as unknown as { largestPaint: number }).largestPaint,
  }));
  await context.close();
  return result;
}

async function signIn(browser: Browser, url: string) {
  const context = await browser.newContext();
  const answer = await context.request.post(`${url}/api/v1/auth/login`, { data: PROGRAM_ADMIN, headers: { origin: url } });
  if (!answer.ok()) throw new Error(`sign-in was answered with ${answer.status()}`);
  const storage = await context.storageState();
  await context.close();
  return storage;
}

function figures(name: string, visits: readonly Visit[]): Figure[] {
  const kib = (bytes: number): number => bytes / 1_024;
  return [
    { name: `script of ${name}, as sent`, value: kib(median(visits.map((one) => one.scriptBytes))), unit: "KiB", goal: { max: 230 } },
    {
      name: `largest contentful paint of ${name}`,
      value: median(visits.map((one) => one.paintMs)) / 1_000,
      unit: "s",
      goal: { max: 0.8 },
      note: "empty cache, localhost",
    },
  ];
}

/** What a first visit loads and when it is there: the sign-in page, and home for somebody who is signed in. */
export async function web(): Promise<Figure[]> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error("this part needs Chromium: apt-get install chromium");
  const dataDir = mkdtempSync(join(tmpdir(), "granary-bench-"));
  await using program = await startProgram({ dataDir });
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const storage = await signIn(browser, program.url);
    await visit(browser, `${program.url}/sign-in`);
    const gate: Visit[] = [];
    const home: Visit[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      gate.push(await visit(browser, `${program.url}/sign-in`));
      home.push(await visit(browser, `${program.url}/`, storage));
    }
    return [...figures("the sign-in page", gate), ...figures("home", home)];
  } finally {
    await browser.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
