import { isConnectionFailure, isUnstorableText } from "@granary/db";
import { type AppError, isAppError, type Issue } from "@granary/kernel";
import { errorSpec, problem, type ProblemBody } from "@granary/protocol";
import type { FastifyError } from "fastify";
import type { z } from "zod";

const FASTIFY_CODES: Readonly<Record<string, (error: FastifyError) => AppError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => problem("request.too_large", { limit: "the limit for this address" }),
  FST_REQ_FILE_TOO_LARGE: () => problem("request.too_large", { limit: "the upload limit" }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => problem("request.unsupported_media", { expected: "application/json" }),
  FST_INVALID_MULTIPART_CONTENT_TYPE: () => problem("request.unsupported_media", { expected: "multipart/form-data" }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => problem("request.malformed", { expected: "a body of the announced length" }),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => problem("request.malformed", { expected: "JSON: it is empty" }),
  FST_ERR_CTP_INVALID_JSON_BODY: () => problem("request.malformed", { expected: "JSON" }),
  FST_ERR_BAD_URL: () => problem("route.not_found"),
  FST_ERR_MAX_PARAM_LENGTH: () => problem("route.not_found"),
};

function fromFramework(error: unknown): AppError | undefined {
  if (!(error instanceof Error)) return undefined;
  const map = "code" in error ? FASTIFY_CODES[String(error.code)] : undefined;
  if (map !== undefined) return map(error as FastifyError);
  if (!("statusCode" in error) || error.statusCode !== 400) return undefined;
  return problem("request.malformed", { expected: error instanceof SyntaxError ? "JSON" : "announced" }, { cause: error });
}

function fromDatabase(error: unknown): AppError | undefined {
  if (isConnectionFailure(error)) return problem("database.unavailable", {}, { cause: error });
  if (!isUnstorableText(error)) return undefined;
  return problem("request.invalid", {}, { cause: error, issues: [{ path: "", message: "must not contain the NUL character" }] });
}

/** The one place where anything thrown becomes an error of the catalogue. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof Error && error.name === "AbortError") return problem("server.stopping", {}, { cause: error });
  return fromDatabase(error) ?? fromFramework(error) ?? problem("internal", {}, { cause: error });
}

/** Errors about the text of a query say where in it they are. */
function placeOf({ code, params }: AppError): Pick<ProblemBody, "place"> {
  const { line, column } = params;
  return code.startsWith("sql.") && typeof line === "number" && typeof column === "number" ? { place: { line, column } } : {};
}

/** The body of an error answer (RFC 9457). Causes and parameters stay inside, except the current object of a conflict and places in a query. */
export function toProblemBody(error: AppError, requestId: string): ProblemBody {
  const spec = errorSpec(error.code);
  return {
    type: `urn:granary:error:${error.code}`,
    title: error.code.replace(/[._]/g, " "),
    status: spec.status,
    detail: error.message,
    code: error.code,
    requestId,
    retry: spec.retry,
    errors: error.issues.map(({ path, message }) => ({ path, message })),
    ...placeOf(error),
    ...(error.params["current"] === undefined ? {} : { current: error.params["current"] }),
  };
}

/** Every issue of a failed schema, with paths below `prefix`. */
export function toIssues(prefix: string, error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue) => {
    const path = [prefix, ...issue.path.map(String)].join(".");
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: `${path}.${key}`, message: "is not known here" }));
    return [{ path, message: issue.message }];
  });
}
