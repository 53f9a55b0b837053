import { Readable } from "node:stream";
import { createDownload, deleteDownload, getDownload, listDatasetDownloads, listDownloads, openDownload, startDownload } from "@granary/core/datasets";
import type { datasetDownloadRoutes } from "@granary/protocol";
import { answer, type HandlersOf, streamed } from "../http/answer.ts";

interface FileInfo {
  readonly id: string;
  readonly fileName: string;
  readonly contentType: string;
}

export const downloadHeaders = ({ id, fileName, contentType }: FileInfo): Record<string, string> => ({
  "content-type": contentType,
  "content-disposition": `attachment; filename="${fileName}"`,
  "granary-download-id": id,
});

export const datasetDownloadHandlers: HandlersOf<typeof datasetDownloadRoutes> = {
  "datasets.download": async (ctx, { params, query }) => {
    const download = await startDownload(ctx, params.dataset, query);
    const stream = Readable.from(download.chunks, { objectMode: false });
    stream.once("close", () => void download[Symbol.asyncDispose]());
    return streamed(stream, { headers: downloadHeaders(download) });
  },
  "downloads.create": async (ctx, { params, body }) => answer(await createDownload(ctx, params.dataset, body), { status: 202 }),
  "datasets.downloads": (ctx, { params, query }) => listDatasetDownloads(ctx, params.dataset, query),
  "downloads.list": (ctx, { query }) => listDownloads(ctx, query),
  "downloads.get": (ctx, { params }) => getDownload(ctx, params.download),
  "downloads.file": async (ctx, { params }) => {
    const kept = await openDownload(ctx, params.download);
    return streamed(kept.file.createReadStream(), { headers: { ...downloadHeaders(kept), "content-length": String(kept.bytes) } });
  },
  "downloads.delete": (ctx, { params }) => deleteDownload(ctx, params.download),
};
