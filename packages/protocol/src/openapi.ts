import { z } from "zod";
import { PERMISSIONS } from "./access/permissions.ts";
import { type ErrorCode, ERRORS } from "./errors.ts";
import type { RouteSpec } from "./route.ts";
import { routes } from "./routes/index.ts";
import { problemBody } from "./schemas.ts";

type Json = Record<string, unknown>;

interface DocumentOptions {
  readonly version: string;
  readonly serverUrl: string;
}

/** Points references at `components/schemas` instead of a schema's own definitions. */
function relink(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relink);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === "$ref" && typeof item === "string" ? item.replace("#/$defs/", "#/components/schemas/") : relink(item),
    ]),
  );
}

/** Collects named schemas below `components/schemas`, so that each is written once. */
class Components {
  readonly schemas: Json = {};

  convert(schema: z.ZodType, io: "input" | "output"): Json {
    const { $schema: _dialect, $defs, id, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json & { $defs?: Record<string, Json> };
    for (const [name, definition] of Object.entries($defs ?? {})) this.#add(name, definition);
    if (typeof id !== "string") return relink(rest) as Json;
    this.#add(id, rest);
    return { $ref: `#/components/schemas/${id}` };
  }

  #add(name: string, { id: _id, ...definition }: Json): void {
    this.schemas[name] ??= relink(definition);
  }
}

function parameters(components: Components, spec: RouteSpec): Json[] {
  return (["params", "query"] as const).flatMap((place) => {
    const schema = spec[place];
    if (schema === undefined) return [];
    const { properties = {}, required = [] } = components.convert(schema, "input") as { properties?: Record<string, Json>; required?: string[] };
    return Object.entries(properties).map(([name, property]) => ({
      name,
      in: place === "params" ? "path" : "query",
      required: place === "params" || required.includes(name),
      ...(typeof property["description"] === "string" ? { description: property["description"] } : {}),
      schema: property,
    }));
  });
}

const MEDIA = { json: "application/json", multipart: "multipart/form-data", bytes: "application/octet-stream" } as const;

function requestBody(components: Components, spec: RouteSpec): Json | undefined {
  const kind = spec.bodyKind ?? "json";
  if (kind === "bytes") return { required: true, content: { [MEDIA.bytes]: { schema: { type: "string", format: "binary" } } } };
  if (spec.body === undefined) return undefined;
  const content = { schema: components.convert(spec.body, "input") };
  return { required: !spec.body.safeParse({}).success, content: { [MEDIA[kind]]: content, ...(spec.alsoJson === true ? { [MEDIA.json]: content } : {}) } };
}

/** Errors any route of its kind may answer with, next to those it names itself. */
function commonErrors(spec: RouteSpec): ErrorCode[] {
  const codes: ErrorCode[] = ["request.invalid", "request.rate_limited", "internal", "database.unavailable"];
  if (spec.access !== "public") codes.push("auth.required");
  if (spec.access !== "public" && spec.access !== "signed_in") codes.push("access.denied");
  if (spec.versioned === true && spec.method !== "GET") codes.push("edit.conflict", "request.precondition_required");
  return codes;
}

function responses(components: Components, spec: RouteSpec): Json {
  const answers: Json = {};
  for (const [status, schema] of Object.entries(spec.responses)) {
    const content =
      schema === null
        ? undefined
        : schema === "bytes"
          ? { "application/octet-stream": { schema: { type: "string", format: "binary" } } }
          : { "application/json": { schema: components.convert(schema, "output") } };
    answers[status] = { description: schema === null ? "Done; no content." : "Success.", ...(content === undefined ? {} : { content }) };
  }
  const byStatus = Map.groupBy(new Set([...commonErrors(spec), ...(spec.errors ?? [])]), (code) => ERRORS[code].status);
  for (const [status, codes] of byStatus) {
    answers[String(status)] ??= {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join("\n\n"),
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    };
  }
  return answers;
}

function accessNote(spec: RouteSpec): string {
  if (spec.access === "public") return "Open to everyone.";
  if (spec.access === "signed_in") return "For everyone signed in.";
  return `Needs the permission \`${spec.access}\`: ${PERMISSIONS[spec.access].text.toLowerCase()}.`;
}

function operation(components: Components, id: string, spec: RouteSpec): Json {
  const body = requestBody(components, spec);
  const header = (name: string, description: string, required: boolean): Json => ({ name, in: "header", required, description, schema: { type: "string" } });
  const headers = [
    ...(spec.access === "public" ? [] : [header("Granary-Workspace", "Workspace id or slug; your home workspace when absent.", false)]),
    ...(spec.method === "GET" || spec.rate === "sensitive" || (spec.bodyKind ?? "json") !== "json"
      ? []
      : [header("Idempotency-Key", "Send the same key again to get the same answer without a second effect.", false)]),
    ...(spec.versioned === true && spec.method !== "GET" ? [header("If-Match", 'The version you read, in quotes: "3".', true)] : []),
  ];
  return {
    operationId: id,
    tags: [spec.tag],
    summary: spec.summary,
    description: [spec.description, accessNote(spec)].filter((part) => part !== undefined).join("\n\n"),
    parameters: [...parameters(components, spec), ...headers],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responses(components, spec),
    security: spec.access === "public" ? [] : [{ session: [] }, { bearer: [] }, { apiKey: [] }],
    "x-granary-access": spec.access,
  };
}

/** The OpenAPI 3.1 document of the whole API, derived from the route table. */
export function openApiDocument(options: DocumentOptions): Json {
  const components = new Components();
  components.convert(problemBody, "output");
  const paths: Record<string, Json> = {};
  for (const [id, spec] of Object.entries(routes) as [string, RouteSpec][]) {
    const described = operation(components, id, spec);
    paths[spec.path] = { ...paths[spec.path], [spec.method.toLowerCase()]: described };
    for (const [index, alias] of (spec.aliases ?? []).entries()) {
      paths[alias] = { ...paths[alias], [spec.method.toLowerCase()]: { ...described, operationId: `${id}.alias${index + 1}`, deprecated: true } };
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Granary",
      version: options.version,
      description: "The HTTP API of Granary. Errors follow RFC 9457; lists are paged by an opaque cursor.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: `${options.serverUrl}/api/v1` }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "granary_session" },
        bearer: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
      },
    },
  };
}
