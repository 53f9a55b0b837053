import { newId } from "@granary/kernel";
import { PERMISSIONS, type RouteSpec, routes } from "@granary/protocol";
import { multipartForm, startTestServer, type TestServer, type TestUser, type TestWorkspace } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";

/** Parameters that name nothing of a workspace: words, and secrets that are their own right of way. */
const NOT_IDS = new Set(["permission", "token", "userCode", "template"]);

const isOfInstance = ({ access }: RouteSpec): boolean => access in PERMISSIONS && PERMISSIONS[access as keyof typeof PERMISSIONS].scope === "instance";
const namesOf = (spec: RouteSpec): string[] => [...spec.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");

/** Answers no to whatever is not there; and refuses a wrong secret whatever is there. */
const ASKS = ["access.check", "pipelines.hook"];

/** Every route whose address names something that belongs to a workspace. */
const table = (Object.entries(routes) as [string, RouteSpec][]).filter(
  ([id, spec]) => !ASKS.includes(id) && !isOfInstance(spec) && namesOf(spec).length > 0 && !namesOf(spec).some((name) => NOT_IDS.has(name)),
);

/** What makes a request right in itself, so that the answer is about the thing and not about the body. */
const BODIES: Readonly<Record<string, unknown>> = {
  "users.update": { name: "x" },
  "users.setRoles": { roles: ["viewer"] },
  "groups.update": { name: "x" },
  "groups.addMembers": { users: [newId("user")] },
  "roles.update": { text: "x" },
  "workspaces.update": { name: "x" },
  "datasets.update": { description: "x" },
  "datasets.load": { uploadId: newId("upload") },
  "datasets.previewMask": { mask: "redact" },
  "sql.loadDataset": { sql: "select 1 as id" },
  "datasets.repairReject": { raw: "x" },
  "changes.propose": { proposal: { from: "edits", edits: [{ op: "add", cells: { id: "9" } }] } },
  "changes.resolve": { resolutions: [] },
  "changes.choose": { choices: [{ do: "leave_out" }] },
  "changes.reject": { body: "x" },
  "changes.dismissReview": { reason: "x" },
  "changes.comment": { body: "x" },
  "changes.saveEdits": { edits: [{ rowId: "1", edit: null }] },
  "changeRules.set": {},
  "datasets.nameVersion": { name: "reviewed" },
  "datasets.changeSchema": { changes: [{ kind: "drop", column: "id" }] },
  "datasets.applySchemaDocument": { granarySchema: 1, columns: [{ name: "id", type: "string" }] },
  "datasetPermissions.grant": { everyone: true, level: "viewer" },
  "datasetPermissions.update": { level: "viewer" },
  "accessRequests.create": { level: "viewer" },
  "accessRequests.deny": { reason: "no" },
  "downloads.create": { format: "csv" },
  "sql.updateSaved": { name: "x" },
  "policies.update": { name: "x", effect: "deny", subjects: [{ kind: "everyone" }], targets: [{ kind: "column_tag", tag: "x.y" }] },
  "access.setMemberMasking": { masks: [] },
  "access.maskColumn": { mask: null },
  "access.tagColumn": { tags: [] },
  "access.setAttributes": { attributes: {} },
  "pipelines.update": { document: { name: "x" }, base: 1 },
  "pipelines.setEnabled": { enabled: true },
  "pipelines.backfill": { unit: "day", timeZone: "UTC", from: "2026-01-01T00:00:00Z", until: "2026-01-02T00:00:00Z" },
  "transformations.update": { title: "x" },
  "connectors.update": { description: "x" },
  "connectors.preview": { name: "x" },
  "connectors.stream": { name: "x" },
};
const QUERIES: Readonly<Record<string, string>> = {
  "datasets.rowByKey": 'key=["1"]',
  "datasets.rowHistory": 'key=["1"]',
  "datasets.diff": "from=1",
  "changes.compareRevisions": "with=1",
  "uploads.append": "offset=0",
};

let server: TestServer;
let intruder: TestUser;
let ids: Readonly<Record<string, string>>;
let guestEmail: string;

async function make(workspace: TestWorkspace): Promise<Record<string, string>> {
  const owner = await server.user({ workspace, roles: ["admin"], name: "Olga Owner" });
  const guest = await server.user({ workspace, roles: ["viewer"], name: "Gus Guest" });
  guestEmail = guest.email;
  const post = async (path: string, body: unknown, as: TestUser = owner) => {
    const response = await server.request("POST", path, { as, body });
    if (response.status >= 300) throw new Error(`${path}: ${response.text}`);
    return response.body;
  };
  const form = multipartForm({ name: "Secret numbers", visibility: "askable" }, { name: "s.csv", content: "id,n\n1,2\n" });
  const loaded = (await server.request("POST", "/datasets?wait=true", { as: owner, ...form })).body;
  const dataset = loaded.dataset.id;
  const group = await post("/groups", { name: "Theirs" });
  const role = await post("/roles", { title: "Their own", permissions: ["dataset:read"] });
  const query = await post("/sql/queries", { sql: 'select * from "Secret numbers"' });
  const saved = await post("/sql/saved", { name: "Theirs", sql: "select 1" });
  const download = await post(`/datasets/${dataset}/downloads`, { format: "csv" });
  const view = await post("/dataset-views", { name: "Theirs", query: {} });
  const request = await post(`/datasets/${dataset}/access-requests`, { level: "viewer" }, guest);
  const key = await post("/api-keys", { name: "Theirs", scopes: [], expiresAt: null });
  const invited = await post("/invitations", { emails: ["them@example.com"], roles: ["viewer"] });
  const policy = await post("/policies", {
    name: "Theirs",
    effect: "deny",
    subjects: [{ kind: "user", id: guest.id }],
    targets: [{ kind: "dataset", id: dataset }],
  });
  const finding = newId("finding");
  await server.services.database.tx("system", (tx) =>
    sql`insert into personal_data_findings (id, workspace_id, dataset_id, field_id, entity, confidence, evidence, data_version)
      values (${finding}, ${workspace.id}, ${dataset}, 1, 'email', 1, '{}', 1)`.execute(tx),
  );
  const upload = await post("/uploads", { fileName: "s.csv", bytes: 3 });
  const change = await post("/changes?wait=true", { dataset, title: "Theirs", proposal: { from: "edits", edits: [{ op: "add", cells: { id: "9" } }] } });
  const comment = await post(`/changes/${change.id}/comments`, { body: "Theirs" });
  const review = newId("changeReview");
  const rows = { id: "rows", kind: "source_rows", settings: { columns: [{ name: "id", type: "integer" }], rows: [["1"]] } };
  const kept = { id: "kept", kind: "to_dataset", settings: { dataset: "Theirs" } };
  const pipeline = await post("/pipelines", { document: { name: "Theirs", nodes: [rows, kept], edges: [{ from: "rows", to: "kept" }] } });
  const run = await post(`/pipelines/${pipeline.id}/execute`, {});
  const stretch = { unit: "day", timeZone: "UTC", from: "2026-01-01T00:00:00Z", until: "2026-01-02T00:00:00Z" };
  const backfill = await post(`/pipelines/${pipeline.id}/backfills`, stretch);
  const definition = { arguments: [], returns: "integer", body: "1" };
  const transformation = await post("/transformations", { name: "theirs", language: "sql", definition });
  const connection = newId("connection");
  await server.services.database.tx("system", (tx) =>
    sql`insert into connections (id, workspace_id, name, kind, config) values (${connection}, ${workspace.id}, 'Theirs', 'http', '{}')`.execute(tx),
  );
  return {
    pipeline: pipeline.id,
    run: run.id,
    node: "rows",
    backfill: backfill.id,
    action: "cancel",
    transformation: transformation.id,
    connection,
    dataset,
    column: "id",
    policy: policy.id,
    finding,
    change: change.id,
    revision: "1",
    comment: comment.id,
    review,
    batch: loaded.batch.id,
    version: "1",
    number: "1",
    grantee: guest.id,
    user: guest.id,
    group: group.id,
    role: role.name,
    query: query.query.id,
    saved: saved.id,
    download: download.id,
    view: view.id,
    request: request.id,
    key: key.apiKey.id,
    invitation: invited.results[0].invitation.id,
    workspace: workspace.id,
    upload: upload.id ?? upload.upload?.id,
    job: download.jobId,
  };
}

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  ids = await make(await server.newWorkspace("Theirs"));
  intruder = await server.user({ roles: ["admin"], name: "Ira Intruder" });
});
afterAll(() => server[Symbol.asyncDispose]());

/** `{id}` is called by the kind of thing its address is about. */
function addressOf(id: string, { path }: RouteSpec, given: Readonly<Record<string, string>>): string {
  const kind = path.startsWith("/jobs/") ? "job" : path.startsWith("/uploads/") ? "upload" : path.startsWith("/auth/sessions") ? "session" : "mail";
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent((name === "id" ? given[kind] : given[name]) ?? newId("session")));
  return QUERIES[id] === undefined ? address : `${address}?${encodeURI(QUERIES[id])}`;
}

it("knows what every parameter of an address stands for", () => {
  const known = new Set([...Object.keys(ids), "id"]);
  expect([...new Set(table.flatMap(([, spec]) => namesOf(spec)))].filter((name) => !known.has(name))).toEqual([]);
  expect(Object.entries(ids).filter(([, id]) => id === undefined)).toEqual([]);
  expect(table.length).toBeGreaterThan(60);
});

it.each(table)("%s answers 404 to an id of another workspace, without a name", async (id, spec) => {
  const byName = {
    ...ids,
    dataset: "Secret numbers",
    group: "Theirs",
    user: guestEmail,
    workspace: "theirs",
    change: "1",
    pipeline: "Theirs",
    transformation: "theirs",
    connection: "Theirs",
  };
  for (const given of [ids, byName]) {
    const response = await server.request(spec.method, addressOf(id, spec, given), {
      as: intruder,
      ...(spec.versioned === true && spec.method !== "GET" ? { version: 1 } : {}),
      ...(spec.bodyKind === "bytes" ? { body: Buffer.from("x"), headers: { "content-type": "application/octet-stream" } } : {}),
      ...(spec.bodyKind === "bytes" || spec.method === "GET" || spec.method === "DELETE" ? {} : { body: BODIES[id] ?? {} }),
    });
    expect([id, response.status, response.text]).toEqual([id, 404, expect.not.stringMatching(/Secret|Olga|Gus|Theirs/)]);
  }
});

it("says of a dataset of another workspace what it says of none", async () => {
  const asked = async (dataset: string) => (await server.request("GET", `/rbac/check-dataset-access/${dataset}`, { as: intruder })).body;
  const { dataset: _none, ...nothing } = await asked(newId("dataset"));
  expect(await asked(ids["dataset"] ?? "")).toMatchObject(nothing);
  expect(nothing).toMatchObject({ allowed: false });
});
