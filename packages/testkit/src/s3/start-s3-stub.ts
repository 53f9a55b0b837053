import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Bucket, type StoredObject } from "./bucket.ts";
import type { PlannedFault, S3Fault, S3Operation } from "./faults.ts";
import { type Keys, Refusal, requireSignature } from "./signature.ts";

export interface S3StubOptions {
  /** Keys on a page of a list; S3 has 1,000. */
  readonly pageSize?: number;
}

/** An S3-compatible storage with one bucket in memory, which checks signatures as S3 does and fails as it is told. */
export interface S3Stub extends AsyncDisposable, Keys {
  readonly endpoint: string;
  readonly bucket: string;
  readonly objects: Map<string, StoredObject>;
  /** Uploads in parts that were neither joined nor aborted. */
  readonly openUploads: ReadonlyMap<string, unknown>;
  /** What was asked for so far, refused requests included. */
  readonly requests: { readonly operation: S3Operation; readonly key: string }[];
  /** Makes requests go wrong; answers how often that happened so far. */
  plan(planned: PlannedFault): () => number;
  /** Everything works again. */
  heal(): void;
}

interface Call {
  readonly operation: S3Operation;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface Plan extends PlannedFault {
  /** Requests it was meant for, and those that went wrong by it. */
  seen: number;
  count: number;
  readonly objects: ReadonlyMap<string, StoredObject>;
}

function operationOf(method: string, key: string, query: URLSearchParams): S3Operation {
  if (method === "POST") return query.has("delete") ? "deleteMany" : query.has("uploads") ? "begin" : "join";
  if (method === "PUT") return query.has("partNumber") ? "part" : "put";
  if (method === "DELETE") return query.has("uploadId") ? "abort" : "delete";
  if (method === "HEAD") return "head";
  return key === "" ? "list" : "get";
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function readCall(request: IncomingMessage, bucket: string): Promise<Call> {
  const url = new URL(request.url ?? "", "http://stub");
  const [, name, ...rest] = url.pathname.split("/");
  const key = decodeURIComponent(rest.join("/"));
  const body = await readBody(request);
  if (decodeURIComponent(name ?? "") !== bucket) throw new Refusal(404, "NoSuchBucket");
  return { operation: operationOf(request.method ?? "", key, url.searchParams), key, query: url.searchParams, body };
}

function objectAnswer(object: StoredObject, withBody: boolean): Answer {
  const headers = { etag: `"${object.etag}"`, "last-modified": object.modifiedAt.toUTCString(), "content-length": String(object.content.length) };
  return { status: 200, headers, ...(withBody ? { body: object.content } : {}) };
}

interface Performance extends Call {
  readonly bucket: Bucket;
  readonly pageSize: number;
  /** What a list shows. */
  readonly listed: ReadonlyMap<string, StoredObject>;
}

const uploadOf = ({ query }: Call): string => query.get("uploadId") ?? "";

const PERFORM = {
  put: ({ bucket, key, body }) => ({ status: 200, headers: { etag: `"${bucket.put(key, body)}"` } }),
  get: ({ bucket, key }) => objectAnswer(bucket.get(key), true),
  head: ({ bucket, key }) => objectAnswer(bucket.get(key), false),
  delete: ({ bucket, key }) => {
    bucket.objects.delete(key);
    return { status: 204 };
  },
  deleteMany: ({ bucket, body }) => ({ status: 200, body: bucket.deleteMany(body.toString()) }),
  list: ({ bucket, query, pageSize, listed }) => ({ status: 200, body: bucket.list(query, pageSize, listed) }),
  begin: ({ bucket, key }) => ({ status: 200, body: bucket.begin(key) }),
  part: (call) => ({ status: 200, headers: { etag: `"${call.bucket.putPart(uploadOf(call), Number(call.query.get("partNumber")), call.body)}"` } }),
  join: (call) => ({ status: 200, body: call.bucket.join(uploadOf(call), call.body.toString()) }),
  abort: (call) => {
    call.bucket.abort(uploadOf(call));
    return { status: 204 };
  },
} satisfies Record<S3Operation, (call: Performance) => Answer>;

function errorAnswer(status: number, code: string): Answer {
  return { status, body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>stub</Message><RequestId>stub</RequestId></Error>` };
}

function trickle(response: ServerResponse, body: Buffer, everyMs: number): void {
  let at = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(at, at + 1));
    at += 1;
    if (at < body.length) return;
    clearInterval(timer);
    response.end();
  }, everyMs);
  response.once("close", () => clearInterval(timer));
}

function spoil(body: Buffer, fault: S3Fault | undefined): Buffer {
  if (fault?.kind === "shorten") return body.subarray(0, fault.to);
  if (fault?.kind !== "flipBit") return body;
  const other = Buffer.from(body);
  other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 1;
  return other;
}

function send(response: ServerResponse, answer: Answer, fault: S3Fault | undefined): void {
  const body = spoil(Buffer.from(answer.body ?? ""), fault);
  const length = answer.body === undefined ? {} : { "content-length": String(body.length) };
  response.writeHead(answer.status, { "x-amz-request-id": "stub", ...answer.headers, ...length });
  if (fault?.kind === "cutBody" || fault?.kind === "stallBody") {
    response.write(body.subarray(0, fault.after), () => {
      if (fault.kind === "cutBody") response.destroy();
    });
  } else if (fault?.kind === "trickle") trickle(response, body, fault.everyMs);
  else response.end(answer.body === undefined ? undefined : body);
}

/** Starts the storage on a free port: `await using s3 = await startS3Stub()`. */
export async function startS3Stub(options: S3StubOptions = {}): Promise<S3Stub> {
  const keys: Keys = { accessKeyId: "GRANARYTESTKEY", secretAccessKey: "throwaway/secret+key-of-a-test-storage", region: "eu-test-1" };
  const bucket = new Bucket("granary-test");
  const requests: { operation: S3Operation; key: string }[] = [];
  const plans: Plan[] = [];

  const findPlan = (call: Call): Plan | undefined => {
    const plan = plans.find(
      ({ on, key, times, count }) => on === call.operation && (key?.test(call.key) ?? true) && count < (times ?? Number.POSITIVE_INFINITY),
    );
    if (plan === undefined) return undefined;
    plan.seen += 1;
    if (plan.seen <= (plan.after ?? 0)) return undefined;
    plan.count += 1;
    return plan;
  };

  /** What the request does, whatever becomes of its answer. */
  const perform = (call: Call, plan: Plan | undefined): Answer => {
    const listed = plan?.fault.kind === "staleList" ? plan.objects : bucket.objects;
    return PERFORM[call.operation]({ ...call, bucket, pageSize: options.pageSize ?? 1_000, listed });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request, bucket.name);
    requests.push({ operation: call.operation, key: call.key });
    requireSignature(request, call.body, keys);
    const plan = findPlan(call);
    const fault = plan?.fault;
    if (fault?.kind === "status") throw new Refusal(fault.status, fault.code);
    if (fault?.kind === "stall") return;
    if (fault?.kind !== "reset") {
      const done = perform(call, plan);
      if (fault?.kind !== "loseAnswer") return send(response, done, fault);
    }
    response.destroy();
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, "InternalError");
      send(response, request.method === "HEAD" ? { status: refusal.status } : errorAnswer(refusal.status, refusal.code), undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...keys,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: bucket.name,
    objects: bucket.objects,
    openUploads: bucket.uploads,
    requests,
    plan(planned) {
      const plan: Plan = { ...planned, seen: 0, count: 0, objects: new Map(bucket.objects) };
      plans.push(plan);
      return () => plan.count;
    },
    heal: () => void plans.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
