import { createHash, randomBytes } from "node:crypto";
import { appendFile, readdir, readFile, utimes } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { createClient, uploadFile } from "@granary/client";
import { datasetJobs } from "@granary/core/datasets";
import { startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let origin: string;
let maker: TestUser;
let directory: string;

beforeAll(async () => {
  server = await startTestServer({ env: { GRANARY_UPLOAD_LIMIT: "100000000" } });
  origin = await server.listen();
  maker = await server.user({ roles: ["contributor"], name: "Mia Maker" });
  directory = join(server.services.config.dataDir, "uploads");
});
afterAll(() => server[Symbol.asyncDispose]());

const sha256 = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

function begin(body: Readonly<Record<string, unknown>>, as = maker): Promise<TestResponse> {
  return server.request("POST", "/uploads", { as, body });
}

function part(id: string, offset: number, content: Buffer, as = maker): Promise<TestResponse> {
  const headers = { "content-type": "application/octet-stream" };
  return server.request("PATCH", `/uploads/${id}?offset=${offset}`, { as, body: content, headers });
}

const show = (id: string, as = maker): Promise<TestResponse> => server.request("GET", `/uploads/${id}`, { as });
const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;

/** Sends the head of a part over a real connection and cuts it. */
async function cutOff(id: string, offset: number, announced: number, sent: Buffer): Promise<void> {
  const call = httpRequest(`${origin}/api/v1/uploads/${id}?offset=${offset}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${maker.token}`, host: "granary.test", "content-type": "application/octet-stream", "content-length": announced },
  });
  const closed = new Promise<void>((resolve) => call.once("close", () => resolve()).once("error", () => undefined));
  await new Promise<void>((resolve) => call.write(sent, () => resolve()));
  await expect.poll(async () => (await readdir(directory)).some((name) => name.startsWith(id) && name.endsWith(".scratch"))).toBe(true);
  call.destroy();
  await closed;
  await expect.poll(async () => (await readdir(directory)).some((name) => name.endsWith(".scratch"))).toBe(false);
}

describe("an upload in parts", () => {
  it("becomes the very file that was sent, with its SHA-256", async () => {
    const content = randomBytes(300_000);
    const { status, body } = await begin({ fileName: "../orders.csv", bytes: content.length, sha256: sha256(content) });
    expect(status).toBe(201);
    expect(body).toMatchObject({ fileName: "orders.csv", offset: 0, status: "receiving", partBytes: 8_388_608 });
    const first = await part(body.id, 0, content.subarray(0, 100_000));
    expect(first.body).toMatchObject({ offset: 100_000, status: "receiving" });
    await part(body.id, 100_000, content.subarray(100_000, 250_000));
    const last = await part(body.id, 250_000, content.subarray(250_000));
    expect([last.status, last.body]).toMatchObject([200, { offset: 300_000, status: "complete", sha256: sha256(content), sameAs: [] }]);
    expect((await readFile(join(directory, body.id))).equals(content)).toBe(true);
  });

  it("tells a sender who lost the answer where to go on", async () => {
    const { body } = await begin({ fileName: "a.csv", bytes: 8 });
    await part(body.id, 0, Buffer.from("1234"));
    const again = await part(body.id, 0, Buffer.from("1234"));
    expect([codeOf(again), again.body.current]).toEqual(["409 upload.wrong_offset", { offset: 4 }]);
    const ahead = await part(body.id, 6, Buffer.from("78"));
    expect([codeOf(ahead), ahead.body.current]).toEqual(["409 upload.wrong_offset", { offset: 4 }]);
    expect((await part(body.id, 4, Buffer.from("5678"))).body.status).toBe("complete");
    expect(codeOf(await part(body.id, 0, Buffer.from("1234")))).toBe("409 upload.wrong_offset");
  });

  it("counts one of several parts sent for the same place at once", async () => {
    const { body } = await begin({ fileName: "a.bin", bytes: 2_000_000 });
    await part(body.id, 0, Buffer.alloc(500_000, "0"));
    const answers = await Promise.all(["a", "b", "c", "d"].map((letter) => part(body.id, 500_000, Buffer.alloc(750_000, letter))));
    expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 409, 409, 409]);
    const won = "abcd"[answers.findIndex(({ status }) => status === 200)] ?? "";
    await part(body.id, 1_250_000, Buffer.alloc(750_000, "e"));
    const content = Buffer.concat([Buffer.alloc(500_000, "0"), Buffer.alloc(750_000, won), Buffer.alloc(750_000, "e")]);
    expect((await show(body.id)).body.sha256).toBe(sha256(content));
  });

  it("counts nothing of a part that was cut off", async () => {
    const { body } = await begin({ fileName: "a.bin", bytes: 300_000 });
    await part(body.id, 0, Buffer.alloc(100_000, "a"));
    await cutOff(body.id, 100_000, 200_000, Buffer.alloc(70_000, "x"));
    expect((await show(body.id)).body.offset).toBe(100_000);
    const done = await part(body.id, 100_000, Buffer.alloc(200_000, "b"));
    expect(done.body.sha256).toBe(sha256(Buffer.concat([Buffer.alloc(100_000, "a"), Buffer.alloc(200_000, "b")])));
  });

  it("cuts off bytes that a crash left behind the confirmed ones", async () => {
    const { body } = await begin({ fileName: "a.bin", bytes: 6 });
    await part(body.id, 0, Buffer.from("abc"));
    await appendFile(join(directory, `${body.id}.part`), "never confirmed");
    expect((await show(body.id)).body.offset).toBe(3);
    expect((await part(body.id, 3, Buffer.from("def"))).body.sha256).toBe(sha256(Buffer.from("abcdef")));
    expect(await readFile(join(directory, body.id), "utf8")).toBe("abcdef");
  });

  it("is finished by an empty part when the program ended between the last part and the answer", async () => {
    const { body } = await begin({ fileName: "a.bin", bytes: 3 });
    await part(body.id, 0, Buffer.from("abc"));
    await server.services.database.tx("system", (tx) =>
      sql`with gone as (delete from uploads where id = ${body.id} returning *)
        insert into incoming_uploads (id, workspace_id, person_id, file_name, bytes, received, expires_at)
        select id, workspace_id, uploaded_by, file_name, bytes, bytes, now() + interval '1 day' from gone`.execute(tx),
    );
    expect((await show(body.id)).body).toMatchObject({ status: "receiving", offset: 3 });
    expect((await part(body.id, 3, Buffer.alloc(0))).body).toMatchObject({ status: "complete", sha256: sha256(Buffer.from("abc")) });
  });
});

describe("what is refused", () => {
  it.each([
    ["an empty file", { fileName: "a.csv", bytes: 0 }, "400 upload.empty"],
    ["more than the limit", { fileName: "a.csv", bytes: 100_000_001 }, "413 request.too_large"],
    ["a SHA-256 that is none", { fileName: "a.csv", bytes: 1, sha256: "abc" }, "400 request.invalid"],
    ["a file without a name", { fileName: "", bytes: 1 }, "400 request.invalid"],
  ])("refuses %s before a byte is sent", async (_what, body, expected) => expect(codeOf(await begin(body))).toBe(expected));

  it("refuses more than there is room for on the disk", async () => {
    await using large = await startTestServer({ env: { GRANARY_UPLOAD_LIMIT: String(2 ** 52) } });
    const response = await large.request("POST", "/uploads", { as: large.admin, body: { fileName: "a.csv", bytes: 2 ** 52 } });
    expect(codeOf(response)).toBe("507 storage.full");
  });

  it("refuses bytes beyond the announced ones and keeps what came before", async () => {
    const { body } = await begin({ fileName: "a.csv", bytes: 5 });
    await part(body.id, 0, Buffer.from("abc"));
    expect(codeOf(await part(body.id, 3, Buffer.from("defg")))).toBe("422 upload.too_long");
    expect((await show(body.id)).body.offset).toBe(3);
  });

  it("refuses a part above 64 MiB", async () => {
    const { body } = await begin({ fileName: "a.csv", bytes: 90_000_000 });
    expect(codeOf(await part(body.id, 0, Buffer.alloc(64 * 1024 * 1024 + 1)))).toBe("413 request.too_large");
    expect((await show(body.id)).body.offset).toBe(0);
  });

  it("refuses bytes that are not the announced ones and keeps nothing of them", async () => {
    const { body } = await begin({ fileName: "a.csv", bytes: 3, sha256: sha256(Buffer.from("abc")) });
    expect(codeOf(await part(body.id, 0, Buffer.from("abd")))).toBe("422 upload.hash_mismatch");
    expect((await show(body.id)).body.status).toBe("refused");
    expect(codeOf(await part(body.id, 3, Buffer.alloc(0)))).toBe("409 upload.refused");
    expect((await readdir(directory)).filter((name) => name.startsWith(body.id))).toEqual([]);
  });

  it("refuses a part that is not sent as bytes", async () => {
    const { body } = await begin({ fileName: "a.csv", bytes: 3 });
    const response = await server.request("PATCH", `/uploads/${body.id}?offset=0`, { as: maker, body: { a: 1 } });
    expect((await show(body.id)).body.offset).toBe(0);
    expect(codeOf(response)).toBe("415 request.unsupported_media");
  });
});

describe("looking at an upload", () => {
  const inspect = (id: string, body: unknown = {}) => server.request("POST", `/uploads/${id}/inspect`, { as: maker, body });

  async function whole(fileName: string, content: Buffer): Promise<string> {
    const { body } = await begin({ fileName, bytes: content.length });
    await part(body.id, 0, content);
    return body.id;
  }

  it("tells what a delimited file is, with typed rows and evidence", async () => {
    const response = await inspect(await whole("a.csv", Buffer.from("id;amount;day\n1;2,50;2026-01-31\n2;3,75;2026-02-01\n")));
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      facts: { kind: "delimited", packing: null, delimited: { delimiter: ";", headerRows: 1 } },
      records: 2,
      isPartial: false,
    });
    expect(response.body.columns.map((column: { name: string; type: string }) => [column.name, column.type.replace(/\(.*/, "")])).toEqual([
      ["id", expect.stringMatching(/integer|bigint/)],
      ["amount", "decimal"],
      ["day", "date"],
    ]);
    expect(response.body.columns[1]).toMatchObject({ reading: { decimal: "," }, evidence: { values: 2, nulls: 0 } });
    expect(response.body.rows).toHaveLength(2);
  });

  it("reads a workbook of the samples", async () => {
    const content = await readFile(new URL("../../../../samples/inventory.xlsx", import.meta.url));
    const { body } = await inspect(await whole("inventory.xlsx", content));
    expect(body.facts).toMatchObject({ kind: "xlsx", sheet: { name: expect.any(String) } });
    const unknown = await inspect(await whole("inventory.xlsx", content), { options: { sheet: { name: "no such sheet" } } });
    expect(codeOf(unknown)).toBe("422 file.sheet_unknown");
  });

  it("refuses what is no table, and what is not whole yet", async () => {
    expect(codeOf(await inspect(await whole("a.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 2, 3]))))).toMatch(/^422 file\./);
    expect(codeOf(await inspect((await begin({ fileName: "a.csv", bytes: 3 })).body.id))).toBe("409 upload.not_complete");
  });
});

describe("whose uploads they are", () => {
  it("shows and lists them to their sender alone", async () => {
    const sender = await server.user({ roles: ["contributor"] });
    const { body } = await begin({ fileName: "mine.csv", bytes: 3 }, sender);
    const list = await server.request("GET", "/uploads", { as: sender });
    expect(list.body.items.map((item: { id: string }) => item.id)).toEqual([body.id]);
    expect(codeOf(await show(body.id, server.admin))).toBe("404 upload.not_found");
    expect(codeOf(await part(body.id, 0, Buffer.from("abc"), server.admin))).toBe("404 upload.not_found");
    expect(codeOf(await server.request("DELETE", `/uploads/${body.id}`, { as: server.admin }))).toBe("404 upload.not_found");
  });

  it("forgets a deleted one with its bytes", async () => {
    const { body } = await begin({ fileName: "mine.csv", bytes: 6 });
    await part(body.id, 0, Buffer.from("abc"));
    expect((await server.request("DELETE", `/uploads/${body.id}`, { as: maker })).status).toBe(204);
    expect(codeOf(await show(body.id))).toBe("404 upload.not_found");
    expect((await readdir(directory)).filter((name) => name.startsWith(body.id))).toEqual([]);
  });
});

describe("the nightly chore", () => {
  it("removes stalled uploads and what was never used, and keeps those on their way", async () => {
    const stalled = (await begin({ fileName: "a.csv", bytes: 6 })).body.id;
    const unused = (await begin({ fileName: "b.csv", bytes: 3 })).body.id;
    const alive = (await begin({ fileName: "c.csv", bytes: 6 })).body.id;
    for (const id of [stalled, unused, alive]) await part(id, 0, Buffer.from("abc"));
    await server.services.database.tx("system", async (tx) => {
      await tx
        .updateTable("incoming_uploads")
        .set({ expires_at: new Date(0) })
        .where("id", "=", stalled)
        .execute();
      await tx
        .updateTable("uploads")
        .set({ created_at: new Date(0) })
        .where("id", "=", unused)
        .execute();
    });
    for (const name of await readdir(directory)) await utimes(join(directory, name), new Date(0), new Date(0));
    await datasetJobs["maintenance.files"](await server.ctx());
    const left = await readdir(directory);
    expect(left.filter((name) => name.startsWith(stalled) || name.startsWith(unused))).toEqual([]);
    expect(left).toContain(`${alive}.part`);
    expect((await part(alive, 3, Buffer.from("def"))).body.sha256).toBe(sha256(Buffer.from("abcdef")));
    expect(codeOf(await show(stalled))).toBe("404 upload.not_found");
  });
});

describe("the client's uploadFile", () => {
  const file = new Blob([randomBytes(20_000_000)]);

  it("sends a file in parts, waits out a lost connection, and reports progress", async () => {
    let calls = 0;
    const flaky: typeof globalThis.fetch = async (input, init) => {
      calls += 1;
      if (calls === 3) throw new TypeError("connection lost");
      const response = await fetch(input, init);
      // The answer to the last part but one is lost although the server took it.
      if (calls === 4) throw new TypeError("connection lost");
      return response;
    };
    const sent: number[] = [];
    const client = createClient({ baseUrl: origin, token: maker.token, fetch: flaky });
    const upload = await uploadFile(client, { file, fileName: "big.bin", onProgress: (progress) => sent.push(progress.sent) });
    expect(upload).toMatchObject({ status: "complete", bytes: 20_000_000, sha256: sha256(Buffer.from(await file.arrayBuffer())) });
    expect(sent).toEqual(sent.toSorted((left, right) => left - right));
    expect(sent.at(-1)).toBe(20_000_000);
  });

  it("continues an upload that was stopped", async () => {
    const client = createClient({ baseUrl: origin, token: maker.token });
    const stop = new AbortController();
    let id = "";
    const stopped = uploadFile(client, {
      file,
      signal: stop.signal,
      onBegun: (upload) => (id = upload.id),
      onProgress: () => stop.abort(new Error("stopped")),
    });
    await expect(stopped).rejects.toThrow("stopped");
    expect((await show(id)).body.offset).toBe(8_388_608);
    expect(await uploadFile(client, { file, resume: id })).toMatchObject({ id, status: "complete" });
  });
});
