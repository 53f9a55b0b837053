import { BUILT_IN_ROLE_NAMES, type RouteId, type RouteSpec, routes } from "@granary/protocol";
import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Texts that nobody but the insider may find anywhere: of a hidden column, of a masked one, of rows that are left out, and of records that did not fit. */
const CANARIES = ["hiddencanary", "maskedcanary", "filteredcanary", "rejectedcanary", "newcanary", "failedcanary"] as const;
/** What a hidden column is called; those who manage policies may know. */
const HIDDEN_NAME = "kept_back";

const CSV = [
  `id,email,${HIDDEN_NAME},region,note,amount`,
  "1,maskedcanary1@leak.example,hiddencanary1,north,plain one,10",
  "2,maskedcanary2@leak.example,hiddencanary2,north,plain two,20",
  "3,maskedcanary3@leak.example,hiddencanary3,secret,filteredcanary,30",
  "4,maskedcanary4@leak.example,hiddencanary4,secret,filteredcanary,rejectedcanary",
].join("\n");
const MORE = [`id,email,${HIDDEN_NAME},region,note,amount`, "5,maskedcanary5@leak.example,hiddencanary5,secret,newcanary,50"].join("\n");

let server: TestServer;
let insider: TestUser;
let dataset: string;
let name: string;
let batch: string;
const lines: string[] = [];
const people = new Map<string, TestUser>();

const get = (path: string, as: TestUser): Promise<TestResponse> => server.request("GET", path, { as });

async function post(path: string, as: TestUser, body: unknown): Promise<TestResponse> {
  return server.request("POST", path, { as, body });
}

/** Everything of an answer in which something could be found, packed bytes included as far as they are text. */
const allOf = (response: TestResponse): string => `${JSON.stringify(response.headers)}\n${response.bytes.toString("latin1")}`.toLowerCase();

function found(text: string, mayKnowNames: boolean): readonly string[] {
  return [...CANARIES, ...(mayKnowNames ? [] : [HIDDEN_NAME])].filter((canary) => text.includes(canary));
}

async function policy(fields: object): Promise<void> {
  const except = [{ kind: "user", id: insider.id }];
  const made = await post("/policies", server.admin, { subjects: [{ kind: "everyone" }], except, ...fields });
  if (made.status !== 201) throw new Error(made.text);
}

/** Loads a file of the insider's. */
async function load(content: string, options: object = {}): Promise<TestResponse> {
  const bytes = Buffer.from(content);
  const { body } = await server.request("POST", "/uploads", { as: insider, body: { fileName: "more.csv", bytes: bytes.length } });
  await server.request("PATCH", `/uploads/${body.id}?offset=0`, { as: insider, body: bytes, headers: { "content-type": "application/octet-stream" } });
  return server.request("POST", `/datasets/${dataset}/batches?wait=true`, { as: insider, body: { uploadId: body.id, mode: "append", ...options } });
}

beforeAll(async () => {
  server = await startTestServer({ logLines: lines });
  await server.startWorker();
  insider = await server.user({ roles: ["data_engineer", "steward"], name: "Ina Insider" });
  for (const role of BUILT_IN_ROLE_NAMES) people.set(role, await server.user({ roles: [role] }));
  people.set("instance administrator", server.admin);
  const options = JSON.stringify({ columns: { amount: { type: "integer" } } });
  const { body, headers } = multipartForm(
    { name: "Ledger of leaks", visibility: "workspace", options, maxRejects: JSON.stringify({ count: 10 }) },
    { name: "ledger.csv", content: CSV },
  );
  const made = await server.request("POST", "/datasets?wait=true", { as: insider, body, headers });
  if (made.status !== 201) throw new Error(made.text);
  ({ id: dataset, name } = made.body.dataset);
  batch = made.body.batch.id;
  await load(MORE);
  const failing = `id,email,${HIDDEN_NAME},region,note,amount\n6,a@leak.example,x,north,plain,failedcanary\n`;
  await load(failing, { maxRejects: { count: 0 } });
  const { columns } = (await get(`/datasets/${dataset}/schema`, insider)).body;
  const fieldId = (wanted: string): number => columns.find((item: { name: string }) => item.name === wanted).id;
  const column = (wanted: string) => [{ kind: "column", datasetId: dataset, fieldId: fieldId(wanted) }];
  for (const as of people.values()) await post(`/datasets/${dataset}/permissions`, insider, { email: as.email, level: "contributor" });
  await policy({ name: "Hide", effect: "deny", targets: column(HIDDEN_NAME) });
  await policy({ name: "Mask", effect: "mask", mask: "email", targets: column("email") });
  await policy({ name: "Filter", effect: "filter", filter: { column: "region", op: "ne", value: "secret" }, targets: [{ kind: "dataset", id: dataset }] });
  await propose();
});
/** A change request of the insider's, who changes what is kept back from the others, and says something about a row they do not see. */
async function propose(): Promise<void> {
  const changed = [
    `id,email,${HIDDEN_NAME},note`,
    "1,maskedcanary9@leak.example,hiddencanary9,plain nine",
    "3,maskedcanary3@leak.example,hiddencanary3,filteredcanary nine",
    "9,maskedcanary9@leak.example,hiddencanary9,plain ten",
  ].join("\n");
  const { body, headers } = multipartForm({ dataset, title: "Changes of the insider", keys: "id" }, { name: "changes.csv", content: changed });
  const made = await server.request("POST", "/changes?wait=true", { as: insider, body, headers });
  if (made.body.current?.counts?.modified !== 2) throw new Error(made.text);
  await post("/changes/1/comments", insider, { body: "Look at this", rowKey: ["3"], column: HIDDEN_NAME });
}

afterAll(() => server[Symbol.asyncDispose]());

const OWN: readonly string[] = [
  "download",
  "id",
  "query",
  "saved",
  "job",
  "upload",
  "workspace",
  "group",
  "mail",
  "policy",
  "request",
  "key",
  "token",
  "userCode",
  "invitation",
  "view",
  "finding",
  "review",
  "comment",
  "connection",
  "pipeline",
  "node",
  "run",
  "backfill",
  "action",
  "template",
  "transformation",
];

/** What stands for the parameters of addresses. A route with a new one fails here until somebody says what stands for it. */
function pathsOf(id: RouteId, spec: RouteSpec, as: TestUser): readonly string[] {
  const values: Readonly<Record<string, readonly string[]>> = {
    dataset: [dataset, encodeURIComponent(name)],
    batch: [batch],
    version: ["1", "2"],
    number: ["1"],
    grantee: [insider.id],
    user: [insider.id, as.id],
    role: ["viewer"],
    permission: ["dataset:read"],
    column: [HIDDEN_NAME, "email"],
    change: ["1"],
    revision: ["1"],
  };
  const names = [...spec.path.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => parameter);
  const others = names.filter((parameter) => values[parameter] === undefined);
  if (others.length > 0) {
    // Things of one's own, which others cannot name: they are asked for where they are made.
    const strange = others.filter((parameter) => !OWN.includes(parameter));
    if (strange.length > 0) throw new Error(`${id}: nobody said what stands for ${strange.join(", ")}`);
    return [];
  }
  return names.reduce<readonly string[]>(
    (paths, parameter) => paths.flatMap((path) => (values[parameter] ?? []).map((value) => path.replace(`{${parameter}}`, value))),
    [spec.path],
  );
}

const filterOf = (column: string, value: string): string => encodeURIComponent(JSON.stringify({ column, op: "contains", value }));
const QUERIES: Readonly<Partial<Record<RouteId, readonly string[]>>> = {
  "datasets.rows": [
    "?full=true",
    "?version=1",
    "?sort=-email",
    `?sort=${HIDDEN_NAME}`,
    `?columns=id,${HIDDEN_NAME}`,
    "?q=maskedcanary",
    `?filter=${filterOf("email", "maskedcanary")}`,
    `?filter=${filterOf(HIDDEN_NAME, "hiddencanary")}`,
    `?filter=${filterOf("note", "filteredcanary")}`,
  ],
  "datasets.columnStats": ["", `?columns=${HIDDEN_NAME}`],
  "datasets.countRows": ["", "?q=filteredcanary"],
  "changes.diff": [
    "",
    "?q=maskedcanary",
    `?column=${HIDDEN_NAME}`,
    `?filter=${filterOf("email", "maskedcanary")}`,
    `?filter=${filterOf("note", "filteredcanary")}`,
  ],
  "changes.compareRevisions": ["?with=1"],
  "changes.export": ["csv", "ndjson", "html", "sql", "tdiff"].map((format) => `?format=${format}`),
  "datasets.diff": ["?from=1", "?from=1&to=2"],
  "datasets.download": ["csv", "json", "ndjson", "parquet", "xlsx"].flatMap((format) => [`?format=${format}`, `?format=${format}&version=1`]),
  "datasets.rowByKey": ["?key=1"],
  "datasets.list": ["", `?q=${HIDDEN_NAME}`, "?q=ledger"],
  "sql.completions": ["?limit=200"],
  "activity.export": ["?format=csv", "?format=json"],
  "access.explain": ["", `?user=`],
};

/**
 * Ways to get at what is not shown: by comparing, ordering, failing, joining, counting and explaining. None spells a text that is
 * looked for: the activity log tells what somebody asked.
 */
const TRICKS = (table: string): readonly string[] => [
  `select * from ${table}`,
  `select ${HIDDEN_NAME} from ${table}`,
  `select * from ${table} where email like 'masked%'`,
  `select * from ${table} order by email desc`,
  `select min(email), max(email), count(distinct email), list(email), histogram(note) from ${table}`,
  `select cast(email as integer) from ${table}`,
  `select cast(note as integer) from ${table}`,
  `select 1 / (case when region = 'secret' then 0 else 1 end) from ${table}`,
  `select error(email || note) from ${table}`,
  `select t.* from ${table} t join (values ('masked' || 'canary1@leak.example')) v(email) on t.email = v.email`,
  `select regexp_extract(email, '.*') from ${table} where regexp_matches(email, 'masked')`,
  `select * from ${table} at (version => 1)`,
  `select to_json(t) from ${table} t`,
  `select columns('kept.*') from ${table}`,
  `with x as (select * from ${table}) select * from x where note like '%canary%'`,
  `describe select * from ${table}`,
  `summarize ${table}`,
];

describe.each([...BUILT_IN_ROLE_NAMES, "instance administrator"])("to the %s", (role) => {
  const as = (): TestUser => people.get(role) as TestUser;
  const managesPolicies = async (): Promise<boolean> =>
    (await get("/users/me/permissions", as())).body.permissions.some((item: string) => /^(policy:manage|privacy:read)$/.test(item));

  it("no address tells what is kept back", async () => {
    const mayKnow = await managesPolicies();
    const leaks: unknown[] = [];
    for (const [id, spec] of Object.entries(routes) as [RouteId, RouteSpec][]) {
      if (spec.method !== "GET") continue;
      for (const path of pathsOf(id, spec, as()))
        for (const query of QUERIES[id] ?? [""]) {
          const response = await get(`${path}${query}`, as());
          // What somebody asks for is said back to them.
          const asked = decodeURIComponent(`${path}${query}`).toLowerCase();
          const canaries = found(allOf(response), mayKnow).filter((canary) => !asked.includes(canary));
          if (canaries.length > 0) leaks.push({ id, path, query, canaries });
        }
    }
    expect(leaks).toEqual([]);
  });

  it("no query tells what is kept back", async () => {
    const leaks: unknown[] = [];
    for (const text of TRICKS(`"${name}"`)) {
      const own = text.toLowerCase();
      const look = (where: string, response: TestResponse): void => {
        const texts = [allOf(response).replaceAll(JSON.stringify(own).slice(1, -1), "")];
        const canaries = texts.flatMap((item) => found(item, false)).filter((canary) => !own.includes(canary));
        if (canaries.length > 0) leaks.push({ text, where, canaries });
      };
      for (const path of ["/sql/check", "/sql/explain"]) look(path, await post(path, as(), { sql: text }));
      const ran = await post("/sql/queries", as(), { sql: text });
      look("run", ran);
      const query = ran.body.query?.id;
      if (query === undefined) continue;
      look("rows", await get(`/sql/queries/${query}/rows?full=true`, as()));
      look("file", await get(`/sql/queries/${query}/download?format=csv`, as()));
    }
    expect(leaks).toEqual([]);
  });

  it("no file that a job wrote tells what is kept back", async () => {
    const made = await post(`/datasets/${dataset}/downloads`, as(), { format: "csv" });
    if (made.status === 403 || made.status === 404) return;
    await expect.poll(async () => (await get(`/downloads/${made.body.id}`, as())).body.status, { timeout: 60_000 }).toBe("ready");
    const file = await get(`/downloads/${made.body.id}/file`, as());
    expect(file.status, file.text).toBe(200);
    expect(found(allOf(file), false)).toEqual([]);
  });
});

describe("what is written down", () => {
  it("holds no values: neither logs, events, jobs, notifications nor the access log", async () => {
    const text = lines.join("\n").toLowerCase();
    expect(text.length).toBeGreaterThan(0);
    expect(found(text, true)).toEqual([]);
    for (const table of ["events", "jobs", "job_logs", "notifications", "access_log"]) {
      const { rows } = await sql<{ hits: string[] }>`
        select coalesce(array_agg(distinct c), '{}') as hits from ${sql.table(table)} t, unnest(${[...CANARIES]}::text[]) c
        where position(c in lower(t::text)) > 0 and position('select' in lower(t::text)) = 0`.execute(server.services.database.reader("system") as never);
      expect([table, rows[0]?.hits]).toEqual([table, []]);
    }
  });

  it("is there for the insider, so that the others were looking at something", async () => {
    const { text } = await get(`/datasets/${dataset}/rows?full=true`, insider);
    for (const canary of ["hiddencanary", "maskedcanary", "filteredcanary", "newcanary"]) expect(text).toContain(canary);
    expect((await get(`/datasets/${dataset}/batches/${batch}/rejects`, insider)).text).toContain("rejectedcanary");
  });
});
