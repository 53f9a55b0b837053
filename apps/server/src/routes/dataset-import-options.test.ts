import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let maker: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  maker = await server.user({ roles: ["contributor"], name: "Mia Maker" });
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Readonly<Record<string, unknown>>;

const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;
const pathsOf = ({ body }: TestResponse): string[] => body.errors.map((issue: { path: string }) => issue.path);

async function uploaded(content: string | Buffer, fileName = "sent.csv"): Promise<string> {
  const bytes = Buffer.from(content);
  const { body } = await server.request("POST", "/uploads", { as: maker, body: { fileName, bytes: bytes.length } });
  await server.request("PATCH", `/uploads/${body.id}?offset=0`, { as: maker, body: bytes, headers: { "content-type": "application/octet-stream" } });
  return body.id;
}

let counter = 0;
async function create(content: string | Buffer, more: Json = {}): Promise<TestResponse> {
  counter += 1;
  return server.request("POST", "/datasets?wait=true", { as: maker, body: { name: `Set ${counter}`, uploadId: await uploaded(content), ...more } });
}

const inspect = async (content: string | Buffer, options: Json): Promise<TestResponse> =>
  server.request("POST", `/uploads/${await uploaded(content)}/inspect`, { as: maker, body: { options } });

const load = async (dataset: string, content: string, more: Json = {}): Promise<TestResponse> =>
  server.request("POST", `/datasets/${dataset}/batches?wait=true`, { as: maker, body: { uploadId: await uploaded(content), ...more } });

const rowsOf = async (dataset: string): Promise<string[]> =>
  (await server.request("GET", `/datasets/${dataset}/rows?limit=100`, { as: maker })).body.rows.map((row: readonly (string | null)[]) => row.join("|"));

const typesOf = ({ body }: TestResponse): Record<string, string> =>
  Object.fromEntries(body.dataset.columns.map((column: { name: string; storedType: string }) => [column.name, column.storedType]));

interface Case {
  readonly what: string;
  readonly content: string | Buffer;
  readonly options: Json;
  readonly names: readonly string[];
  readonly rows: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: "encoding",
    content: Buffer.from("name\nK\xf6ln\n", "latin1"),
    options: { encoding: "windows-1252" },
    names: ["name"],
    rows: ["Köln"],
  },
  {
    what: "delimiter, skipped lines and header rows",
    content: "a report; 2026\nk1,x;k2,y\nsub;sub\n1;2\n",
    options: { delimited: { delimiter: ";", skipLines: 1, headerRows: 2 } },
    names: ["k1,x sub", "k2,y sub"],
    rows: ["1|2"],
  },
  {
    what: "quote and escape",
    content: "a,b\n'x,y',it\\'s\n",
    options: { delimited: { quote: "'", escape: "backslash" } },
    names: ["a", "b"],
    rows: ["x,y|it's"],
  },
  {
    what: "null tokens, decimal comma and thousands",
    content: "id;v\n1;1.234,50\n2;none\n3;\n",
    options: { values: { decimal: ",", thousands: "." }, columns: { v: { type: "decimal(10,2)", nullTokens: ["none"] } } },
    names: ["id", "v"],
    rows: ["1|1234.50", "2|", "3|"],
  },
  {
    what: "date formats, types, names and columns left out",
    content: "id,day,note\n0007,01/02/2026,x\n",
    options: { columns: { id: { type: "text" }, day: { format: "%m/%d/%Y", name: "Day" }, note: { skip: true } } },
    names: ["id", "Day"],
    rows: ["0007|2026-01-02"],
  },
  {
    what: "row path and flattening of JSON",
    content: '{"meta":[{"x":1}],"data":{"items":[{"id":1,"who":{"name":"Ada"}}]}}',
    options: { json: { path: ["data", "items"], nested: "flatten" } },
    names: ["id", "who.name"],
    rows: ["1|Ada"],
  },
  {
    what: "row element of XML",
    content: "<doc><a><x>1</x></a><a><x>2</x></a><b><y>9</y></b></doc>",
    options: { xml: { rowPath: ["doc", "b"] } },
    names: ["y"],
    rows: ["9"],
  },
];

describe("options of a file", () => {
  it.each(CASES)("take $what into preview and import alike", async ({ content, options, names, rows }) => {
    const preview = await inspect(content, options);
    expect(preview.status).toBe(200);
    expect(preview.body.columns.map((column: { name: string }) => column.name)).toEqual(names);
    expect(preview.body.rows.map((row: unknown[]) => row.join("|"))).toEqual(rows);
    const created = await create(content, { options });
    expect(created.body.batch).toMatchObject({ status: "loaded", rows: rows.length, rejected: 0 });
    expect(Object.keys(typesOf(created))).toEqual(names);
    expect(await rowsOf(created.body.dataset.id)).toEqual(rows);
  });

  it("are taken from a form as JSON", async () => {
    const options = JSON.stringify({ columns: { id: { type: "text" } } });
    const { body, headers } = multipartForm({ name: "By form", options }, { name: "a.csv", content: "id\n1\n" });
    expect(typesOf(await server.request("POST", "/datasets?wait=true", { as: maker, body, headers }))).toEqual({ id: "string" });
    const broken = multipartForm({ name: "By broken form", options: "{" }, { name: "a.csv", content: "id\n1\n" });
    const refused = await server.request("POST", "/datasets", { as: maker, body: broken.body, headers: broken.headers });
    expect([codeOf(refused), pathsOf(refused)]).toEqual(["400 request.invalid", ["body.options"]]);
  });

  it("are refused with the path of what is wrong", async () => {
    const content = "id,name\n1,Ada\n";
    const typed = await inspect(content, { columns: { id: { type: "decimal(50,2)" } } });
    expect([codeOf(typed), pathsOf(typed)]).toEqual(["400 request.invalid", ["body.options.columns.id.type"]]);
    const unknown = await inspect(content, { columns: { nmae: { type: "text" } } });
    expect([codeOf(unknown), pathsOf(unknown)]).toEqual(["422 file.option_invalid", ["options.columns.nmae"]]);
    expect(codeOf(await inspect(content, { kind: "parquet" }))).toBe("422 file.option_invalid");
    expect(codeOf(await inspect(content, { sepparator: ";" }))).toBe("400 request.invalid");
  });

  it("that name an unknown column fail the import with a clear error", async () => {
    const { body } = await create("id\n1\n", { options: { columns: { nmae: { skip: true } } } });
    expect(body.batch).toMatchObject({ status: "failed", error: { code: "file.option_invalid", issues: [{ path: "options.columns.nmae" }] } });
    expect(body.dataset).toMatchObject({ status: "failed", dataVersion: 0 });
  });

  it("let the preview show the file's front and its decisions", async () => {
    const { body } = await inspect("id;amount\n1;2,50\n2;n/a\n3;1,00\n", {});
    expect(body.head).toEqual(["id;amount", "1;2,50", "2;n/a", "3;1,00", ""]);
    expect(body.facts.delimited).toMatchObject({ delimiter: ";", quote: '"', headerRows: 1, evidence: expect.any(String) });
    expect(body.facts.encoding).toMatchObject({ name: "utf-8", confidence: 1 });
    expect(body.columns[0]).toMatchObject({ source: "id", canRetype: true });
  });
});

describe("a limit of rejected records", () => {
  const content = "id,v\n1,1\n2,x\n3,y\n";
  const options = { columns: { v: { type: "integer" } } };

  it.each([{ count: 1 }, { share: 0.5 }])("stops the import beyond it: %o", async (maxRejects) => {
    const { body } = await create(content, { options, maxRejects });
    expect(body.batch).toMatchObject({ status: "failed", error: { code: "file.too_many_rejected" } });
    expect(body.dataset.dataVersion).toBe(0);
  });

  it.each([{ count: 2 }, { share: 0.7 }])("lets what is within it be: %o", async (maxRejects) => {
    expect((await create(content, { options, maxRejects })).body.batch).toMatchObject({ status: "loaded", rows: 1, rejected: 2 });
  });

  it("is a number or a share", async () => {
    expect(codeOf(await create(content, { maxRejects: { share: 2 } }))).toBe("400 request.invalid");
  });
});

describe("a file whose columns differ", () => {
  let dataset: string;
  beforeAll(async () => {
    dataset = (await create("id,name\n1,Ada\n")).body.dataset.id;
  });
  const content = "No,Name,extra\n2,Grace,x\n";

  it("is loaded where its columns are mapped", async () => {
    const { body } = await load(dataset, content, { onNewColumns: "map", mapping: { No: "id", Name: "name", extra: null } });
    expect(body.batch).toMatchObject({ status: "loaded", rows: 1 });
    expect(await rowsOf(dataset)).toEqual(["1|Ada", "2|Grace"]);
  });

  it("is refused where a column is neither known nor mapped", async () => {
    const { body } = await load(dataset, content, { onNewColumns: "map", mapping: { No: "id", Name: "name" } });
    expect(body.batch).toMatchObject({ status: "failed", error: { code: "lake.columns_mismatch" } });
  });

  it("is refused where columns go to the same or to unknown ones", async () => {
    const refused = await load(dataset, content, { onNewColumns: "map", mapping: { No: "id", Name: "id", extra: "nope" } });
    expect([codeOf(refused), pathsOf(refused)]).toEqual(["400 request.invalid", ["body.mapping.Name", "body.mapping.extra"]]);
    expect(pathsOf(await load(dataset, content, { onNewColumns: "map" }))).toEqual(["body.mapping"]);
    expect(pathsOf(await load(dataset, content, { mapping: { No: "id" } }))).toEqual(["body.onNewColumns"]);
  });

  it("adds columns under the names a person gives", async () => {
    const { body } = await load(dataset, content, {
      onNewColumns: "evolve",
      options: { columns: { No: { name: "id" }, Name: { name: "name" }, extra: { name: "more" } } },
    });
    expect(body.batch).toMatchObject({ status: "loaded" });
    const shown = await server.request("GET", `/datasets/${dataset}`, { as: maker });
    expect(shown.body.columns.map((column: { name: string }) => column.name)).toEqual(["id", "name", "more"]);
  });
});
