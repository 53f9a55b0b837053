import { z } from "zod";
import { fileOptions } from "../file-options.ts";
import { inspectedFile } from "../inspected-file.ts";
import { route } from "../route.ts";
import { id, instant, line, page, pageQuery } from "../schemas.ts";

const TAG = "Uploads";

/** How large parts best are: a lost connection costs at most one. */
export const UPLOAD_PART_BYTES = 8 * 1024 * 1024;
/** How large a part may be. */
export const UPLOAD_MAX_PART_BYTES = 64 * 1024 * 1024;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal");

const upload = z
  .object({
    id: id("upload"),
    fileName: z.string(),
    bytes: z.number().int(),
    /** Bytes that have arrived and are durable; the next part starts here. */
    offset: z.number().int(),
    /** `refused`: the bytes were not those announced, or the virus scanner does not let them through. */
    status: z.enum(["receiving", "complete", "refused"]),
    /** Of a complete upload that of its bytes, before that the announced one. */
    sha256: z.string().nullable(),
    /** How large parts best are. */
    partBytes: z.number().int(),
    /** Once complete: loads of the very same bytes into datasets you may see, newest first. */
    sameAs: z.array(z.object({ dataset: z.object({ id: id("dataset"), name: z.string() }), batchId: id("batch"), loadedAt: instant })),
    /** When it is removed if nothing more is sent or made of it; null once rows were loaded from it. */
    expiresAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: "Upload" });

export type Upload = z.infer<typeof upload>;

/** What can be wrong with a file that arrives in one go. */
export const ARRIVAL_ERRORS = ["upload.infected", "upload.scan_too_large", "upload.scan_failed", "upload.quota_exceeded"] as const;

const params = z.strictObject({ id: id("upload") });

/** Uploads: files sent in parts that survive lost connections and restarts. */
export const uploadRoutes = {
  "uploads.create": route({
    method: "POST",
    path: "/uploads",
    tag: TAG,
    summary: "Begin an upload",
    description: "Announces a file. Send its bytes in parts with `PATCH`; with an announced `sha256` they are compared at the end.",
    access: "dataset:create",
    body: z.strictObject({ fileName: line(1_000), bytes: z.number().int().min(0), sha256: sha256.optional() }),
    responses: { 201: upload },
    errors: ["upload.empty", "upload.too_many", "upload.quota_exceeded", "request.too_large", "storage.full"],
  }),
  "uploads.fromUrl": route({
    method: "POST",
    path: "/uploads/from-url",
    tag: TAG,
    summary: "Fetch a file from the web into an upload",
    description: "Public addresses only, also where they redirect to; within a minute.",
    access: "dataset:create",
    body: z.strictObject({ url: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).max(2_000) }),
    responses: { 201: upload },
    errors: ["upload.url_refused", "upload.url_unreachable", "upload.url_slow", "upload.empty", ...ARRIVAL_ERRORS, "request.too_large", "storage.full"],
  }),
  "uploads.list": route({
    method: "GET",
    path: "/uploads",
    tag: TAG,
    summary: "List your uploads that nothing was made of yet, newest first",
    access: "dataset:create",
    query: pageQuery,
    responses: { 200: page(upload) },
  }),
  "uploads.get": route({
    method: "GET",
    path: "/uploads/{id}",
    tag: TAG,
    summary: "Show how far an upload is, and where the same bytes were loaded before",
    access: "dataset:create",
    params,
    responses: { 200: upload },
    errors: ["upload.not_found"],
  }),
  "uploads.append": route({
    method: "PATCH",
    path: "/uploads/{id}",
    tag: TAG,
    summary: "Send the part of an upload that starts at an offset",
    description:
      "The body is the part's bytes as `application/octet-stream`, at most 64 MiB. It counts when all of it has arrived. At another offset than the upload's the answer is 409 " +
      "with the right one in `current.offset`. An empty part at the end finishes an upload that a restart left unfinished.",
    access: "dataset:create",
    params,
    query: z.strictObject({ offset: z.coerce.number().int().min(0) }),
    bodyKind: "bytes",
    responses: { 200: upload },
    errors: [
      "upload.not_found",
      "upload.wrong_offset",
      "upload.too_long",
      "upload.hash_mismatch",
      "upload.infected",
      "upload.scan_too_large",
      "upload.scan_failed",
      "upload.refused",
      "request.too_large",
      "request.unsupported_media",
      "storage.full",
    ],
    // A file of gigabytes is hundreds of parts, which should not use up what its sender may write.
    rate: "read",
  }),
  "uploads.inspect": route({
    method: "POST",
    path: "/uploads/{id}/inspect",
    tag: TAG,
    summary: "Look at the first records of an upload: kind, encoding, columns, types, evidence",
    access: "dataset:create",
    params,
    description: "Reads the front of the file by the very steps of the import; with `options` as the import would with them.",
    body: z.strictObject({ options: fileOptions.optional() }),
    responses: { 200: inspectedFile },
    errors: [
      "upload.not_found",
      "upload.not_complete",
      "upload.refused",
      "file.empty",
      "file.binary",
      "file.kind_unsupported",
      "file.truncated",
      "file.damaged",
      "file.bomb",
      "file.member_required",
      "file.member_unknown",
      "file.sheet_unknown",
      "file.option_invalid",
      "file.encoding_invalid",
      "file.rows_not_found",
      "engine.busy",
    ],
    rate: "read",
  }),
  "uploads.delete": route({
    method: "DELETE",
    path: "/uploads/{id}",
    tag: TAG,
    summary: "Give up an upload",
    access: "dataset:create",
    params,
    responses: { 204: null },
    errors: ["upload.not_found", "upload.in_use"],
  }),
} as const;
