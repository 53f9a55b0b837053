import { open } from "node:fs/promises";
import { problem } from "@granary/protocol";
import type { ConnectorContext, WriteRequest, WriteResult } from "../connector.ts";
import { addressOf, restConfig, type RestTarget } from "./config.ts";
import { requireOk, RestSession } from "./session.ts";

const DEFAULTS = { method: "POST", batchRows: 500, knowsKeys: false } as const;
const MAX_REJECTED = 1_000;
/** The server looked at the rows and does not want them; everything else is about the request as such. */
const UNWANTED = new Set([400, 409, 413, 422]);

async function* batches(request: WriteRequest, size: number): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for (const { path } of request.files) {
    await using file = await open(path);
    for await (const line of file.readLines({ encoding: "utf8" })) {
      if (line === "") continue;
      batch.push(line);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function bodyOf(lines: readonly string[], { field, batchRows }: RestTarget): string {
  if (batchRows === 1 && (field === undefined || field === "")) return lines[0] ?? "";
  const list = `[${lines.join(",")}]`;
  return field === undefined || field === "" ? list : `{${JSON.stringify(field)}:${list}}`;
}

/** Sends rows in batches. Every request bears a key that is the same whenever the delivery is sent again. */
export async function write(context: ConnectorContext, request: WriteRequest): Promise<WriteResult> {
  const target: RestTarget = { ...DEFAULTS, ...(request.target as unknown as RestTarget) };
  if (request.mode !== "append") throw problem("connection.target_invalid", { reason: "an API is sent rows; it can neither be replaced nor updated by keys" });
  const config = restConfig(context.config);
  const url = addressOf(config.baseUrl, target.path);
  const session = new RestSession(context, config);
  const rejected: { row: number; reason: string }[] = [];
  let rows = 0;
  let bytes = 0;
  let number = 0;
  for await (const lines of batches(request, target.batchRows)) {
    const body = bodyOf(lines, target);
    const headers = { "content-type": "application/json", "idempotency-key": `${request.deliveryId}-${number}` };
    const answer = await session.send({ url, method: target.method, headers, body });
    if (UNWANTED.has(answer.status) && target.batchRows === 1) {
      if (rejected.length < MAX_REJECTED) rejected.push({ row: number, reason: `${url.host} answered ${answer.status}` });
    } else requireOk(answer, url);
    number += 1;
    rows += lines.length;
    bytes += Buffer.byteLength(body);
    request.onProgress({ rows, bytes });
  }
  return { rows, bytes, rejected, isExactlyOnce: target.knowsKeys };
}
