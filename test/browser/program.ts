import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunningChild, startScript } from "@granary/testkit";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
/** Without these the browser asks addresses of its own at every start. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The whole program on a fresh data directory, as `npm start` runs it. */
export interface Program extends AsyncDisposable {
  readonly url: string;
  /** The one-time link that sets up the first administrator. */
  readonly setupLink: string;
  /** Kills the program without warning. */
  kill(): Promise<void>;
  /** Starts it again on the same data, at the same address. */
  startAgain(): Promise<void>;
}

async function ended(child: RunningChild, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  child.child.kill(signal);
  await child.finished;
}

function startOn(data: string, port: string, env: Readonly<Record<string, string>>): RunningChild {
  return startScript(join(root, "apps/server/src/main.ts"), [], {
    env: { GRANARY_DATA: data, GRANARY_PORT: port, GRANARY_LOG_LEVEL: "error", GRANARY_RATE_SENSITIVE: "1000", ...env },
  });
}

export async function startProgram(env: Readonly<Record<string, string>> = {}): Promise<Program> {
  if (!existsSync(join(root, "apps/web/dist/index.html"))) throw new Error("the web application is not built: run `npm start` once, or vite build in apps/web");
  const data = await mkdtemp(join(tmpdir(), "granary-browser-"));
  let child = startOn(data, "0", env);
  const [, setupLink = ""] = await child.sees("stdout", /(http:\S+\/setup\?token=\S+)/);
  const { origin, port } = new URL(setupLink);
  return {
    url: origin,
    setupLink,
    kill: () => ended(child, "SIGKILL"),
    startAgain: async () => {
      child = startOn(data, port, env);
      await child.sees("stdout", /Address\s+http/);
    },
    [Symbol.asyncDispose]: async () => {
      await ended(child, "SIGTERM");
      await rm(data, { recursive: true, force: true });
    },
  };
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = CHROMIUM.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`the browser tests need Chromium at one of ${CHROMIUM.join(", ")}`);
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page that remembers every script error and every breach of the content security policy. */
export async function openPage(context: BrowserContext): Promise<{ readonly page: Page; readonly faults: string[] }> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text())) faults.push(message.text());
  });
  return { page, faults };
}

const axeSource = join(dirname(fileURLToPath(import.meta.resolve("axe-core"))), "axe.min.js");

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

const CHECKED = {
  everything: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
  colours: { type: "rule", values: ["color-contrast", "link-in-text-block"] },
} as const;

/** Breaches of WCAG 2.1 A and AA on the page as it stands, all or those of its colours. The context must bypass the content security policy. */
export async function accessibilityFaults(page: Page, what: keyof typeof CHECKED = "everything"): Promise<string[]> {
  if (await page.evaluate(() => !("axe" in window))) await page.evaluate(await readFile(axeSource, "utf8"));
  const { violations } = await page.evaluate<AxeResult>(`axe.run(document, { runOnly: ${JSON.stringify(CHECKED[what])} })`);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
