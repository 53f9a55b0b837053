import { createNetwork } from "@granary/connectors/network";
import { isAppError } from "@granary/kernel";
import { type ConfigValues, type GraphColumn, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { Description, invalid, isNode } from "./parse-description.ts";
import { readEndpoints } from "./read-endpoints.ts";
import { readSecurity } from "./read-security.ts";

const MAX_BYTES = 5_000_000;
const TIMEOUT_MS = 20_000;

interface OpenApiStreams {
  readonly title: string;
  readonly config: ConfigValues;
  readonly streams: { name: string; method: string; path: string; summary: string; config: ConfigValues; columns: GraphColumn[] }[];
}

async function fetchText(ctx: Ctx, url: string): Promise<string> {
  const network = createNetwork({ privateHosts: ctx.services.config.privateHosts });
  const timeUp = AbortSignal.timeout(TIMEOUT_MS);
  const { host } = new URL(url);
  try {
    const answer = await network.fetch(url, { signal: AbortSignal.any([ctx.signal, timeUp]), timeoutMs: TIMEOUT_MS });
    if (!answer.ok) throw problem("connection.unreachable", { host, reason: `it answered ${answer.status}` });
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of answer.body ?? []) {
      bytes += part.byteLength;
      if (bytes > MAX_BYTES) throw invalid("it has more than 5 MB");
      parts.push(part);
    }
    return Buffer.concat(parts).toString("utf8");
  } catch (error) {
    if (isAppError(error) || ctx.signal.aborted) throw error;
    throw problem(
      "connection.unreachable",
      { host, reason: timeUp.aborted ? `it took longer than ${TIMEOUT_MS / 1_000} s` : "it broke its answer off" },
      { cause: error },
    );
  }
}

function baseUrlOf({ root, at }: { readonly root: Description["root"]; at(value: unknown): unknown }, from: string | undefined): string | undefined {
  const server = Array.isArray(root.servers) ? at((root.servers as readonly unknown[])[0]) : undefined;
  if (!isNode(server) || typeof server.url !== "string") return from === undefined ? undefined : new URL(from).origin;
  const variables = isNode(server.variables) ? server.variables : {};
  const url = server.url.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const variable = variables[name];
    return isNode(variable) ? String(variable.default) : "";
  });
  if (URL.canParse(url)) return url;
  return from !== undefined && URL.canParse(url, from) ? new URL(url, from).href : undefined;
}

/** Reads an OpenAPI description from its text or its address: settings of a REST connection, and its endpoints as streams. */
export async function readOpenApi(ctx: Ctx, input: { readonly url: string } | { readonly text: string }): Promise<OpenApiStreams> {
  const from = "url" in input ? input.url : undefined;
  const description = new Description("url" in input ? await fetchText(ctx, input.url) : input.text);
  const info = description.at(description.root.info);
  const baseUrl = baseUrlOf({ root: description.root, at: (value) => description.at(value) }, from);
  const streams = readEndpoints(description).map((endpoint) => ({ ...endpoint, columns: [...endpoint.columns] }));
  const title = typeof info?.title === "string" ? info.title.slice(0, 200) : "API";
  return { title, config: { ...(baseUrl === undefined ? {} : { baseUrl }), auth: readSecurity(description) }, streams };
}
