import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { ConnectorContext } from "../connector.ts";
import type { FileStore, ListedFile } from "../files/index.ts";

interface HttpConfig {
  readonly urls: readonly string[];
  readonly auth?: { readonly kind: string; readonly user?: string; readonly password?: string; readonly token?: string };
}

export const configOf = (context: ConnectorContext): HttpConfig => context.config as unknown as HttpConfig;

export function headersOf({ auth }: HttpConfig): Readonly<Record<string, string>> {
  if (auth?.kind === "bearer") return { authorization: `Bearer ${auth.token ?? ""}` };
  if (auth?.kind === "basic") return { authorization: `Basic ${Buffer.from(`${auth.user ?? ""}:${auth.password ?? ""}`).toString("base64")}` };
  return {};
}

/** Throws `connection.refused` with the failing `stage`, `connection.stream_not_found`, `connection.lost`. */
export function requireOk(answer: Response, url: string): void {
  if (answer.ok) return;
  const { host, pathname } = new URL(url);
  const reason = `${host} answered ${answer.status}`;
  if (answer.status === 404 || answer.status === 410) throw problem("connection.stream_not_found", { stream: pathname });
  if (answer.status === 429 || answer.status >= 500) throw problem("connection.lost", { host, reason: `it answered ${answer.status}`, status: answer.status });
  throw problem("connection.refused", { reason, stage: answer.status === 403 ? "permission" : "credentials", status: answer.status });
}

async function describe(context: ConnectorContext, url: string): Promise<ListedFile> {
  const answer = await context.network.fetch(url, { method: "HEAD", headers: headersOf(configOf(context)), signal: context.signal });
  await answer.body?.cancel();
  // Some servers know no HEAD: then the file counts as new every time.
  if (answer.status !== 405 && answer.status !== 501) requireOk(answer, url);
  const modified = answer.headers.get("last-modified");
  const version = answer.headers.get("etag") ?? modified ?? `unknown ${Date.now()}`;
  const bytes = Number(answer.headers.get("content-length") ?? 0);
  return { path: url, bytes, modifiedMs: modified === null ? 0 : Date.parse(modified) || 0, version };
}

async function fetchTo(context: ConnectorContext, url: string, to: string): Promise<void> {
  const answer = await context.network.fetch(url, { headers: headersOf(configOf(context)), signal: context.signal });
  requireOk(answer, url);
  try {
    await pipeline(Readable.fromWeb(answer.body as never), createWriteStream(to, { flags: "wx", mode: 0o600 }), { signal: context.signal });
  } catch (error) {
    context.signal.throwIfAborted();
    if (isAppError(error)) throw error;
    throw problem("connection.lost", { host: new URL(url).host, reason: "it broke the file off" }, { cause: error });
  }
}

/** The files of a connection, by their whole addresses. */
export function openFiles(context: ConnectorContext): FileStore & AsyncDisposable {
  return {
    list: async function* list(prefix) {
      for (const url of configOf(context).urls) if (url.startsWith(prefix)) yield await describe(context, url);
    },
    fetch: (file, to) => fetchTo(context, file.path, to),
    store: async () => {
      throw problem("connection.target_invalid", { reason: "files on the web cannot be written" });
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
