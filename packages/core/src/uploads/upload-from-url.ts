import { Readable } from "node:stream";
import { isAppError } from "@granary/kernel";
import { problem, type Upload } from "@granary/protocol";
import type { Ctx } from "../context/index.ts";
import { fetchUrl } from "./fetch-url.ts";
import { getUpload } from "./get-upload.ts";
import { insertUpload } from "./insert-upload.ts";
import { requireQuota } from "./quota.ts";
import { discardUpload, type ReceivedUpload, receiveUpload } from "./receive-upload.ts";

/** Somebody waits for the answer, and a repeated request is held back only this long. */
const MAX_MS = 55_000;

async function* limited(stream: AsyncIterable<Buffer>, limit: number): AsyncIterable<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > limit) throw problem("request.too_large", { limit: `${limit} bytes` });
    yield chunk;
  }
}

function nameOf(url: URL): string {
  const last = url.pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

async function receive(ctx: Ctx, url: string, timeUp: AbortSignal): Promise<ReceivedUpload> {
  const { uploadLimitBytes, uploadHosts } = ctx.services.config;
  const signal = AbortSignal.any([ctx.signal, timeUp]);
  const found = await fetchUrl({ url, trustedHosts: uploadHosts, signal });
  if ((found.bytes ?? 0) > uploadLimitBytes) {
    found.stream.destroy();
    throw problem("request.too_large", { limit: `${uploadLimitBytes} bytes` });
  }
  const quota = await requireQuota(ctx);
  if ((found.bytes ?? 0) > quota.left) {
    found.stream.destroy();
    throw quota.exceeded();
  }
  const stream = Readable.from(limited(found.stream, uploadLimitBytes), { objectMode: false });
  return receiveUpload(ctx, { stream, fileName: nameOf(found.url), signal });
}

/** Fetches a file from the web into an upload of the caller's. Throws `upload.url_refused` for private networks, `upload.url_unreachable`. */
export async function uploadFromUrl(ctx: Ctx, url: string): Promise<Upload> {
  const timeUp = AbortSignal.timeout(MAX_MS);
  const received = await receive(ctx, url, timeUp).catch((error: unknown) => {
    if (isAppError(error) || ctx.signal.aborted) throw error;
    if (timeUp.aborted) throw problem("upload.url_slow", { seconds: MAX_MS / 1_000 }, { cause: error });
    throw problem("upload.url_unreachable", { reason: "the connection was lost" }, { cause: error });
  });
  try {
    return await ctx.tx(async (ctx) => {
      await insertUpload(ctx, received);
      return getUpload(ctx, received.id);
    });
  } catch (error) {
    await discardUpload(ctx.services.config.dataDir, received.id);
    throw error;
  }
}
