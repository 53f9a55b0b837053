import { z } from "zod";
import { route } from "../route.ts";
import { can, id, instant, line, page, pageQuery } from "../schemas.ts";
import { permissionName } from "./roles.ts";

export const apiKey = z
  .object({
    id: id("apiKey"),
    name: z.string(),
    hint: z.string().describe("The first characters of the key, to recognise it by"),
    owner: z.object({ id: id("user"), name: z.string() }),
    scopes: z.array(permissionName).describe("What the key is limited to; empty: all its owner may do"),
    status: z.enum(["active", "expired", "revoked"]),
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
    lastUsedIp: z.string().nullable(),
    can: can("revoke"),
  })
  .meta({ id: "ApiKey" });

export type ApiKey = z.infer<typeof apiKey>;

/** Keys for scripts and other programs: sent as `X-API-Key` or as a bearer token. */
export const apiKeyRoutes = {
  "apiKeys.list": route({
    method: "GET",
    path: "/api-keys",
    tag: "API keys",
    summary: "List your keys, or all of the workspace",
    access: "signed_in",
    query: pageQuery.extend({
      owner: z.enum(["me", "all"]).default("me").describe("`all` needs api_key:manage"),
      status: z.enum(["active", "expired", "revoked"]).optional(),
    }),
    responses: { 200: page(apiKey) },
    errors: ["access.denied"],
  }),
  "apiKeys.create": route({
    method: "POST",
    path: "/api-keys",
    tag: "API keys",
    summary: "Create a key",
    description: "The secret is in this answer alone; only its hash is kept.",
    access: "api_key:create",
    body: z.strictObject({
      name: line(100),
      scopes: z
        .array(permissionName)
        .default([])
        .transform((names) => [...new Set(names)])
        .describe("Empty: all you may do, now and later"),
      expiresAt: instant.nullable().describe("Null: never"),
    }),
    responses: { 201: z.object({ apiKey, secret: z.string() }) },
    errors: ["auth.session_required", "api_key.scope_exceeds", "request.invalid"],
    rate: "sensitive",
  }),
  "apiKeys.revoke": route({
    method: "DELETE",
    path: "/api-keys/{key}",
    tag: "API keys",
    summary: "Revoke a key at once",
    access: "signed_in",
    params: z.strictObject({ key: id("apiKey") }),
    responses: { 204: null },
    errors: ["api_key.not_found"],
  }),
} as const;
