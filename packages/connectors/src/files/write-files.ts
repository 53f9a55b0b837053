import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { type ConfigSchema, type GraphColumn, problem } from "@granary/protocol";
import { chunkPath } from "../chunks/index.ts";
import type { ConnectionConfig, ConnectorContext, DeliveryFormat, WriteRequest, WriteResult } from "../connector.ts";
import type { FileStore } from "./file-store.ts";

const ENDINGS = { csv: "csv", json_lines: "jsonl", parquet: "parquet" } as const;

/** Settings of a file rows are written to. */
export const fileTarget: ConfigSchema = {
  type: "object",
  required: ["path"],
  properties: {
    path: {
      type: "string",
      title: "Path",
      description: "Of the file that is replaced, or of the folder that gets a file more each time.",
      pattern: "^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$",
      patternText: "must be a path without .. and without a slash in front",
      maxLength: 900,
      order: 1,
    },
    format: {
      type: "string",
      title: "Format",
      enum: ["csv", "json_lines", "parquet"],
      enumTitles: ["CSV", "JSON, one object a line", "Parquet"],
      default: "csv",
      order: 2,
    },
  },
};

/** How a target wants its rows. */
export const formatOf = (target: ConnectionConfig): DeliveryFormat => (target.format === "json_lines" || target.format === "parquet" ? target.format : "csv");

const heading = (columns: readonly GraphColumn[]): string => `${columns.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join(",")}\n`;

/** Files of rows one behind the other; CSV gets the line of names that people expect. */
async function join(context: ConnectorContext, request: WriteRequest, format: DeliveryFormat): Promise<string> {
  const path = chunkPath(context.folder, ENDINGS[format]);
  const out = createWriteStream(path, { flags: "wx", mode: 0o600 });
  async function* parts(): AsyncGenerator<Uint8Array> {
    if (format === "csv") yield Buffer.from(heading(request.columns));
    for (const file of request.files) yield* createReadStream(file.path) as AsyncIterable<Uint8Array>;
  }
  await pipeline(parts, out, { signal: context.signal });
  return path;
}

function placed(path: string, deliveryId: string, format: DeliveryFormat, mode: WriteRequest["mode"]): string {
  if (mode === "replace") return path;
  const name = deliveryId.replaceAll(/[^\w.-]/g, "_");
  return `${path.replace(/\/+$/, "")}/${name}.${ENDINGS[format]}`;
}

const numbered = (path: string, index: number): string => (index === 0 ? path : path.replace(/(\.[^./]*)?$/, `-${index + 1}$1`));

/** Writes rows as files. The names come from the delivery, so that one that is sent again replaces its own files and nothing else. */
export async function writeFiles(store: FileStore, context: ConnectorContext, request: WriteRequest): Promise<WriteResult> {
  const { path } = request.target;
  if (typeof path !== "string" || path === "" || path.startsWith("/") || path.split("/").includes(".."))
    throw problem("connection.target_invalid", { reason: "it names no path that can be written to" });
  if (request.mode === "upsert") throw problem("connection.target_invalid", { reason: "files cannot be updated by keys; replace them, or add files" });
  const format = formatOf(request.target);
  const files = format === "parquet" ? request.files.map((file) => file.path) : [await join(context, request, format)];
  const target = placed(path, request.deliveryId, format, request.mode);
  const rows = request.files.reduce((sum, file) => sum + file.rows, 0);
  let bytes = 0;
  for (const [index, file] of files.entries()) {
    context.signal.throwIfAborted();
    await store.store(numbered(target, index), file);
    bytes += (await stat(file)).size;
    request.onProgress({ rows: Math.round((rows * (index + 1)) / files.length), bytes });
  }
  return { rows, bytes, rejected: [], isExactlyOnce: true };
}
