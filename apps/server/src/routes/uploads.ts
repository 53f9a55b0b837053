import { beginUpload, deleteUpload, getUpload, inspectUpload, listUploads, receivePart, uploadFromUrl } from "@granary/core/uploads";
import type { uploadRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const uploadHandlers: HandlersOf<typeof uploadRoutes> = {
  "uploads.create": (ctx, { body }) => beginUpload(ctx, body),
  "uploads.fromUrl": (ctx, { body }) => uploadFromUrl(ctx, body.url),
  "uploads.list": (ctx, { query }) => listUploads(ctx, query),
  "uploads.get": (ctx, { params }) => getUpload(ctx, params.id),
  "uploads.append": (ctx, { params, query, stream }) => receivePart(ctx, params.id, { offset: query.offset, stream }),
  "uploads.inspect": (ctx, { params, body }) => inspectUpload(ctx, params.id, body.options),
  "uploads.delete": (ctx, { params }) => deleteUpload(ctx, params.id),
};
