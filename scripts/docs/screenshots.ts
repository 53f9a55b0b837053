import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAM_ADMIN, type RunningProgram, startProgram } from "@granary/testkit/program";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { ROOT } from "../run-tool.ts";
import { findBrowser } from "../test/browser.ts";

/**
 * Takes the pictures of the documentation from a freshly started program with the sample files in it:
 * `node scripts/docs/screenshots.ts`.
 */
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const DESK = { width: 1280, height: 800 };
/** A graph is drawn, then fitted into its place. */
const SETTLED_MS = 1_500;
const PHONE = { width: 390, height: 844 };

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly size: typeof DESK;
  readonly scheme: "light" | "dark";
  /** What somebody does on the page before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

async function chooseSample(page: Page): Promise<void> {
  await page.locator('input[type="file"]').first().setInputFiles(join(ROOT, "samples/auftraege.csv"));
  await page.getByRole("region", { name: "First lines of the file" }).waitFor();
}

const QUERY = `select customer, count(*) as orders, sum(amount) as amount
from orders
where ordered_on >= date '2026-09-10'
group by customer
order by amount desc`;

async function runQuery(page: Page): Promise<void> {
  await page.getByLabel("SQL query").click();
  await page.keyboard.insertText(QUERY);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("grid").waitFor();
}

const seeFindings = (page: Page): Promise<void> => page.getByText("phone numbers").first().waitFor();

const seeChanges = (page: Page): Promise<void> => page.getByRole("grid").waitFor();

const seeGraph = async (page: Page): Promise<void> => {
  await page.getByText("Large orders").first().waitFor();
  await page.waitForTimeout(SETTLED_MS);
};

const SHOTS: readonly Shot[] = [
  { name: "home-light", path: "", size: DESK, scheme: "light" },
  { name: "import-light", path: "/import", size: DESK, scheme: "light", act: chooseSample },
  { name: "catalog-light", path: "/datasets", size: DESK, scheme: "light" },
  { name: "dataset-light", path: "/datasets/{orders}", size: DESK, scheme: "light" },
  { name: "versions-light", path: "/datasets/{orders}?tab=versions", size: DESK, scheme: "light" },
  { name: "change-light", path: "/changes/{change}", size: DESK, scheme: "light", act: seeChanges },
  { name: "pipeline-light", path: "/pipelines/{pipeline}/edit", size: DESK, scheme: "light", act: seeGraph },
  { name: "run-dark", path: "/runs/{run}", size: DESK, scheme: "dark", act: seeGraph },
  { name: "sql-dark", path: "/sql", size: DESK, scheme: "dark", act: runQuery },
  { name: "personal-data-light", path: "/personal-data", size: DESK, scheme: "light", act: seeFindings },
  { name: "activity-dark", path: "/activity", size: DESK, scheme: "dark" },
  { name: "roles-light", path: "/roles", size: DESK, scheme: "light" },
  { name: "people-phone-dark", path: "/people", size: PHONE, scheme: "dark" },
];

const PEOPLE = [
  ["Grace Lindqvist", "grace@example.com", "steward"],
  ["Mei Tanaka", "mei@example.com", "data_engineer"],
  ["Tomás García", "tomas@example.com", "data_analyst"],
] as const;

type Call = (method: string, path: string, body?: unknown, version?: unknown) => Promise<Record<string, unknown>>;

function caller(program: RunningProgram, token: string): Call {
  return async (method, path, body, version) => {
    const isForm = body instanceof FormData;
    const answer = await fetch(`${program.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined || isForm ? {} : { "content-type": "application/json" }),
        ...(version === undefined ? {} : { "if-match": `"${String(version)}"` }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
}

async function edit(call: Call, path: string, change: unknown): Promise<void> {
  const { version } = await call("GET", path);
  await call("PATCH", path, change, version);
}

interface Sample {
  readonly fileName: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly frequency: string;
}

const SAMPLES = {
  readings: {
    fileName: "readings.ndjson",
    description: "Meters of the mill and what they read, with the calibration of each.",
    tags: ["meters"],
    frequency: "hourly",
  },
  sensors: {
    fileName: "sensors.csv",
    description: "Temperature and moisture in the silos, as the loggers send them.",
    tags: ["meters", "silos"],
    frequency: "daily",
  },
  customers: {
    fileName: "customers.csv",
    description: "Who buys flour from us, with postcode, phone and credit limit.",
    tags: ["sales", "people"],
    frequency: "weekly",
  },
  orders: { fileName: "orders.csv", description: "Orders since September, one line each, as the shop exports them.", tags: ["sales"], frequency: "daily" },
} as const satisfies Readonly<Record<string, Sample>>;

async function importSample(call: Call, name: string, { fileName, ...about }: Sample): Promise<string> {
  const form = new FormData();
  form.set("name", name);
  form.set("visibility", "workspace");
  form.set("file", new Blob([readFileSync(join(ROOT, "samples", fileName))]), fileName);
  const { dataset } = (await call("POST", "/datasets?wait=true", form)) as { dataset: { id: string } };
  await edit(call, `/datasets/${dataset.id}`, about);
  return dataset.id;
}

/** A download as a spreadsheet gives it back: prices edited, an order deleted, and postcodes without their zeros. */
function edited(download: string): string {
  let orders = 0;
  const lines = download.split("\n").flatMap((line) => {
    if (!/^\d{6},[^"]*$/.test(line)) return [line];
    orders += 1;
    if (orders === 21) return [];
    const plain = line.replace(/,0(\d{4})(?=,)/, ",$1");
    return [orders % 7 === 3 ? plain.replace(/(\d+)\.\d\d(?=,)/, "$1.95") : plain];
  });
  return lines.join("\n");
}

async function proposeOrders(program: RunningProgram, token: string, dataset: string): Promise<string> {
  const download = await fetch(`${program.url}/api/v1/datasets/${dataset}/download?format=csv`, { headers: { authorization: `Bearer ${token}` } });
  const fileName = /filename="([^"]+)"/.exec(download.headers.get("content-disposition") ?? "")?.[1] ?? "orders.csv";
  const form = new FormData();
  form.set("dataset", dataset);
  form.set("title", "Prices agreed in October");
  form.set("description", "As agreed with the shop on 2 October; one order was cancelled.");
  form.set("missing", "deleted");
  form.set("file", new Blob([edited(await download.text())]), fileName);
  const { id } = (await caller(program, token)("POST", "/changes?wait=true", form)) as { id: string };
  return id;
}

/** What the pipeline of the pictures is: large orders, cleaned and summed up by customer. */
const PIPELINE = {
  name: "Revenue by customer",
  description: "Large orders since September, with tax, by customer.",
  nodes: [
    { id: "orders", kind: "source_dataset", title: "Orders", settings: { dataset: "orders" } },
    { id: "large", kind: "filter", title: "Large orders", settings: { condition: "amount > 20" } },
    { id: "taxed", kind: "derive", title: "With tax", settings: { columns: [{ name: "gross", expression: "round(amount * 1.07, 2)" }] } },
    {
      id: "sums",
      kind: "aggregate",
      title: "By customer",
      settings: {
        by: ["customer"],
        measures: [
          { name: "orders", expression: "count(*)" },
          { name: "revenue", expression: "sum(gross)" },
        ],
      },
    },
    {
      id: "checked",
      kind: "gate",
      title: "Nothing negative",
      settings: { checks: [{ check: "expression", expression: "revenue >= 0", name: "revenue is positive" }], onFail: "quarantine" },
    },
    { id: "into", kind: "to_dataset", title: "Revenue", settings: { dataset: "revenue by customer" } },
  ],
  edges: [
    ["orders", "large"],
    ["large", "taxed"],
    ["taxed", "sums"],
    ["sums", "checked"],
    ["checked", "into"],
  ].map(([from, to]) => ({ from, to })),
  triggers: [{ id: "nightly", kind: "schedule", cron: ["30 2 * * *"], timeZone: "Europe/Berlin" }],
};

async function runPipeline(call: Call): Promise<{ readonly pipeline: string; readonly run: string }> {
  const { id: pipeline } = (await call("POST", "/pipelines", { document: PIPELINE })) as { id: string };
  const { id: run } = (await call("POST", `/pipelines/${pipeline}/execute?wait=true`, {})) as { id: string };
  return { pipeline, run };
}

/** People, datasets and what comes of them, in a workspace with a name. Answers what the pictures' addresses need. */
async function furnish(program: RunningProgram, token: string): Promise<Readonly<Record<string, string>>> {
  const call = caller(program, token);
  await edit(call, "/users/me", { name: "Ada Okafor" });
  const { items } = (await call("GET", "/workspaces")) as { items: { id: string }[] };
  await edit(call, `/workspaces/${items[0]?.id}`, { name: "Riverside Mill", slug: "riverside-mill" });
  for (const [name, email, role] of PEOPLE) await call("POST", "/users", { name, email, roles: [role] });
  const ids: Record<string, string> = {};
  for (const [name, sample] of Object.entries(SAMPLES)) ids[name] = await importSample(call, name, sample);
  await call("PUT", `/datasets/${ids["orders"]}/versions/1/name`, { name: "as delivered" });
  const changes = [
    { kind: "keys", columns: ["order_id"] },
    { kind: "describe", column: "postcode", description: "Where it goes; text, as some begin with zeros" },
  ];
  await call("PATCH", `/datasets/${ids["orders"]}/schema`, { changes, reason: "Orders are told apart by their number" }, 1);
  await call("POST", "/groups", { name: "Data team", roles: ["data_engineer"] });
  ids["change"] = await proposeOrders(program, token, ids["orders"] ?? "");
  return { ...ids, ...(await runPipeline(call)) };
}

async function take(context: BrowserContext, url: string, shot: Shot): Promise<void> {
  const page = await context.newPage();
  await page.emulateMedia({ colorScheme: shot.scheme, reducedMotion: "reduce" });
  await page.setViewportSize(shot.size);
  await page.goto(url, { waitUntil: "networkidle" });
  await page.getByRole("heading", { level: 1 }).waitFor();
  await shot.act?.(page);
  await page.screenshot({ path: join(ROOT, "docs/screenshots", `${shot.name}.png`) });
  await page.close();
}

async function takeAll(browser: Browser, program: RunningProgram): Promise<void> {
  const context = await browser.newContext({ locale: "en-GB" });
  const login = await context.request.post(`${program.url}/api/v1/auth/login`, { data: PROGRAM_ADMIN, headers: { origin: program.url } });
  const { accessToken } = (await login.json()) as { accessToken: string };
  const names = await furnish(program, accessToken);
  for (const shot of SHOTS) {
    const path = shot.path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? "");
    await take(context, `${program.url}/w/riverside-mill${path}`, shot);
    console.log(`docs/screenshots/${shot.name}.png`);
  }
}

const executablePath = findBrowser();
if (executablePath === undefined) throw new Error("Pictures need Chromium: apt-get install chromium");
const dataDir = mkdtempSync(join(tmpdir(), "granary-pictures-"));
mkdirSync(join(ROOT, "docs/screenshots"), { recursive: true });
const program = await startProgram({ dataDir });
const browser = await chromium.launch({ executablePath, args: FLAGS });
try {
  await takeAll(browser, program);
} finally {
  await browser.close();
  await program.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
