import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CONNECTORS } from "@granary/connectors";
import { startS3Stub } from "@granary/testkit/s3";
import { startSftpSource } from "@granary/testkit/sources";
import { describe, expect, it } from "vitest";
import { itReads, type SourceUnderTest } from "./kit/conformance.ts";
import { contextFor } from "./kit/connector-context.ts";
import { type FilesUnderTest, itWritesFiles } from "./kit/file-writes.ts";
import { readChunks, request, rowsIn, stateAfter } from "./kit/read-all.ts";

const SLOW_FILES = 1_500;
const MARKER = "marker-5ecret";
const ODD = 'id,text\n1,"a, b"\n2,ä€𝄞\n';

async function put(folder: string, path: string, content: string, at?: Date): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
  if (at !== undefined) await utimes(join(folder, path), at, at);
}

/** What deliveries wrote. */
async function written(folder: string): Promise<Record<string, string>> {
  const outs = await readdir(join(folder, "out"), { recursive: true }).catch(() => []);
  const paths = [...outs.map((path) => `out/${path}`), "latest.jsonl"];
  const read = paths.map(async (path) => [path, await readFile(join(folder, path), "utf8").catch(() => undefined)] as const);
  return Object.fromEntries((await Promise.all(read)).filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

/** Streams of files as every such source has them. */
function streams(add: (path: string, content: string) => Promise<void>) {
  let count = 0;
  return {
    odd: { stream: { name: "odd.csv" }, rows: [["odd.csv", ODD]] },
    growing: {
      stream: { name: "daily/**/*.csv" },
      keys: [],
      chunkBytes: 1,
      grow: async (files: number) => {
        for (let index = 0; index < files; index += 1) {
          count += 1;
          await add(`daily/2026/${count}.csv`, `id\n${count}\n`);
        }
      },
    },
  };
}

async function startFolder(): Promise<SourceUnderTest & FilesUnderTest> {
  const root = await mkdtemp(join(tmpdir(), "granary-folder-"));
  const folder = join(root, "shared");
  await put(folder, "odd.csv", ODD);
  await put(root, "secret.csv", "outside");
  await put(folder, "daily/notes.txt", "no table");
  await symlink(join(root, "secret.csv"), join(folder, "link.csv"));
  await symlink(root, join(folder, "up"));
  const config = { folder };
  for (let index = 0; index < SLOW_FILES; index += 1) await writeFile(join(folder, `slow-${index}.txt`), "x");
  return {
    config,
    secrets: [MARKER],
    sharedFolders: [folder],
    ...streams((path, content) => put(folder, path, content)),
    slow: { stream: { name: "slow-*.txt" } },
    wrong: [
      { what: "not allowed", config: { folder: root }, step: "permission", message: /none that an administrator allowed/ },
      { what: "not there", config: { folder: join(folder, "nothing") }, step: "name", message: /no such folder/ },
      { what: "a link out", config: { folder: join(folder, "up") }, step: "permission", message: /none that an administrator allowed/ },
      { what: "dots", config: { folder: join(folder, "..") }, step: "permission", message: /none that an administrator allowed/ },
    ],
    files: () => written(folder),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

async function startBucket(): Promise<SourceUnderTest & FilesUnderTest> {
  const s3 = await startS3Stub({ pageSize: 2 });
  const config = {
    bucket: s3.bucket,
    prefix: "base",
    endpoint: s3.endpoint,
    region: s3.region,
    accessKeyId: s3.accessKeyId,
    secretAccessKey: s3.secretAccessKey,
    pathStyle: "auto",
  };
  const connector = CONNECTORS.s3;
  const add = async (path: string, content: string) => {
    await using context = await contextFor(config);
    const from = join(context.folder, "content");
    await writeFile(from, content);
    await connector.write?.(context, {
      target: { path, format: "parquet" },
      columns: [],
      keys: [],
      mode: "replace",
      files: [{ path: from, rows: 0 }],
      deliveryId: "x",
      onProgress: () => undefined,
    });
  };
  await add("odd.csv", ODD);
  await add("slow.csv", "x".repeat(1_000_000));
  return {
    config,
    secrets: [s3.secretAccessKey, MARKER],
    ...streams(add),
    slow: { stream: { name: "**" }, config: { ...config, endpoint: await silentEndpoint() } },
    wrong: [
      { what: "name", config: { ...config, endpoint: "http://nowhere.invalid" }, step: "name", message: /name is not known/ },
      { what: "port", config: { ...config, endpoint: "http://127.0.0.1:1" }, step: "network", message: /nothing listens/ },
      { what: "secret", config: { ...config, secretAccessKey: MARKER }, step: "credentials", message: /secret of the access key is wrong/ },
      { what: "bucket", config: { ...config, bucket: "nothing" }, step: "database", message: /no such bucket/ },
    ],
    files: async () => {
      const all = [...s3.objects].map(([key, { content }]) => [key.replace("base/", ""), content.toString("utf8")] as const);
      return Object.fromEntries(all.filter(([path]) => /^(out|latest)/.test(path)));
    },
    [Symbol.asyncDispose]: () => s3[Symbol.asyncDispose](),
  };
}

/** A server that takes requests and never answers. */
async function silentEndpoint(): Promise<string> {
  const server = createServer(() => undefined);
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startSftp(): Promise<SourceUnderTest & FilesUnderTest> {
  const source = await startSftpSource();
  const { folder, config } = source;
  await put(folder, "odd.csv", ODD);
  await writeFile(join(folder, "slow.bin"), "");
  await truncate(join(folder, "slow.bin"), 8 * 1024 ** 3);
  return {
    config,
    secrets: [config.auth.passphrase, MARKER, "PRIVATE KEY"],
    ...streams((path, content) => put(folder, path, content)),
    slow: { stream: { name: "slow.bin" } },
    wrong: [
      { what: "name", config: { ...config, host: "nowhere.invalid" }, step: "name", message: /name is not known/ },
      { what: "port", config: { ...config, port: 1 }, step: "network", message: /nothing listens/ },
      { what: "another server", config: { ...config, hostKey: `SHA256:${"A".repeat(43)}` }, step: "encryption", message: /another key/ },
      { what: "unknown key", config: { ...config, auth: { kind: "key", privateKey: source.otherKey } }, step: "credentials", message: /not accepted/ },
      { what: "passphrase", config: { ...config, auth: { ...config.auth, passphrase: MARKER } }, step: "credentials", message: /cannot be read/ },
      { what: "folder", config: { ...config, folder: "/nothing" }, step: "permission", message: /nothing/ },
    ],
    files: () => written(folder),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

describe("folder as a source", () => {
  itReads(CONNECTORS.folder, startFolder);
});
describe("folder as a destination", () => {
  itWritesFiles(CONNECTORS.folder, startFolder);
});
describe("s3 as a source", () => {
  itReads(CONNECTORS.s3, startBucket);
});
describe("s3 as a destination", () => {
  itWritesFiles(CONNECTORS.s3, startBucket);
});
describe("sftp as a source", () => {
  itReads(CONNECTORS.sftp, startSftp);
});
describe("sftp as a destination", () => {
  itWritesFiles(CONNECTORS.sftp, startSftp);
});

describe("a folder", () => {
  it("reads nothing through links, and a changed file again", async () => {
    await using source = await startFolder();
    const sharedFolders = source.sharedFolders ?? [];
    await using context = await contextFor(source.config, { sharedFolders });
    for (const name of ["link.csv", "up/secret.csv", "../secret.csv"])
      await expect(readChunks(CONNECTORS.folder, context, request({ name }))).rejects.toMatchObject({ code: "connection.stream_not_found" });
    const asked = request({ name: "odd.csv" }, { mode: "incremental" });
    const state = stateAfter(await readChunks(CONNECTORS.folder, context, asked), null);
    expect(await readChunks(CONNECTORS.folder, context, { ...asked, state })).toEqual([]);
    await put(String(source.config.folder), "odd.csv", "id\n9\n");
    expect(rowsIn(await readChunks(CONNECTORS.folder, context, { ...asked, state }))).toEqual([["odd.csv", "id\n9\n"]]);
  });

  it("offers patterns for files that belong together", async () => {
    await using source = await startFolder();
    await source.growing.grow(2);
    await using context = await contextFor(source.config, { sharedFolders: source.sharedFolders ?? [] });
    await rm(join(String(source.config.folder), "slow-0.txt"));
    const found = await CONNECTORS.folder.discoverStream(context, { namespace: null, name: "daily/2026/*.csv", config: {} });
    expect(found).toMatchObject({ kind: "file", comment: "2 files" });
  });
});

describe("http", () => {
  it("fetches files by their addresses, and again when they change", async () => {
    let content = ODD;
    const server = createServer((asked, response) => {
      if (asked.headers.authorization !== "Bearer token") response.writeHead(401).end();
      else if (asked.url?.startsWith("/file.csv") === true)
        response.writeHead(200, { etag: `"${content.length}"` }).end(asked.method === "HEAD" ? undefined : content);
      else response.writeHead(404).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const url = `${base}/file.csv?day=1`;
    const config = { urls: [url], auth: { kind: "bearer", token: "token" } };
    await using context = await contextFor(config);
    const asked = request({ name: url }, { mode: "incremental" });
    const first = await readChunks(CONNECTORS.http, context, asked);
    expect(rowsIn(first).map(([, text]) => text)).toEqual([ODD]);
    const state = stateAfter(first, null);
    expect(await readChunks(CONNECTORS.http, context, { ...asked, state })).toEqual([]);
    content = "id\n1\n";
    expect(rowsIn(await readChunks(CONNECTORS.http, context, { ...asked, state })).map(([, text]) => text)).toEqual([content]);
    expect((await CONNECTORS.http.check(context)).map(({ state: found }) => found)).toEqual(["passed", "passed", "warned", "passed"]);
    await using wrong = await contextFor({ urls: [url], auth: { kind: "bearer", token: MARKER } });
    const steps = await CONNECTORS.http.check(wrong);
    expect(steps.at(-1)).toMatchObject({ name: "credentials", state: "failed" });
    expect(JSON.stringify(steps)).not.toContain(MARKER);
    await using missing = await contextFor({ ...config, urls: [`${base}/nothing`] });
    await expect(readChunks(CONNECTORS.http, missing, request({ name: `${base}/nothing` }))).rejects.toMatchObject({ code: "connection.stream_not_found" });
    await expect(readChunks(CONNECTORS.http, context, request({ name: `${base}/other` }))).rejects.toMatchObject({ code: "connection.stream_not_found" });
    server.closeAllConnections();
    server.close();
  });
});
