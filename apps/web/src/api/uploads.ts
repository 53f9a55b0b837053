import type { CallRequest } from "@granary/client";
import type { Batch, FileOptions, Upload } from "@granary/protocol";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, uploads } from "./client.ts";

type UploadId = Upload["id"];

/** Uploads of this person that nothing was made of yet. */
export const openUploadsQuery = () =>
  queryOptions({ queryKey: ["uploads", "open"], queryFn: async ({ signal }) => (await api.call("uploads.list", { signal })).items, staleTime: 0 });

/** What a file was found to be when read with these options; the last answer stays while the next is made. */
export const inspectionQuery = (id: UploadId, options: FileOptions) =>
  queryOptions({
    queryKey: ["uploads", "inspection", id, options],
    queryFn: ({ signal }) => api.call("uploads.inspect", { params: { id }, body: { options }, signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** A load as it goes on. */
export const batchQuery = (dataset: string, batch: Batch["id"]) =>
  queryOptions({ queryKey: ["datasets", "batch", batch], queryFn: ({ signal }) => api.call("datasets.batch", { params: { dataset, batch }, signal }) });

/** The calls that send a file in parts. */
export const uploadParts = {
  begin: (file: File, signal: AbortSignal) => api.call("uploads.create", { body: { fileName: file.name, bytes: file.size }, signal }),
  look: (id: UploadId, signal: AbortSignal) => api.call("uploads.get", { params: { id }, signal }),
  append: (id: UploadId, part: { readonly offset: number; readonly bytes: Blob }, options: { onSent: (sent: number) => void; signal: AbortSignal }) =>
    uploads.upload("uploads.append", {
      params: { id },
      query: { offset: part.offset },
      file: part.bytes,
      onProgress: ({ sent }) => options.onSent(sent),
      signal: options.signal,
    }),
};

export const fetchFromUrl = (url: string, signal: AbortSignal) => api.call("uploads.fromUrl", { body: { url }, signal });
export const giveUpUpload = (id: UploadId) => api.call("uploads.delete", { params: { id } });

type Created = CallRequest<"datasets.create">["body"];
type Loaded = CallRequest<"datasets.load">["body"];

export const createFromUpload = (body: Created) => api.call("datasets.create", { body });
export const loadUpload = (dataset: string, body: Loaded) => api.call("datasets.load", { params: { dataset }, body });
export const cancelLoad = (dataset: string, batch: Batch["id"]) => api.call("datasets.cancelBatch", { params: { dataset, batch } });
