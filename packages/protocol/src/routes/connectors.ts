import { z } from "zod";
import {
  connection,
  connectionCheck,
  connectionSummary,
  CONNECTOR_KINDS,
  connectorSpec,
  discoveredStream,
  schemaComparison,
} from "../connectors/connection.ts";
import { configValues } from "../connectors/spec.ts";
import { graphColumn } from "../pipelines/columns.ts";
import { route } from "../route.ts";
import { id, instant, line, page, pageQuery } from "../schemas.ts";
import { several } from "./activity.ts";

const TAG = "Connections";

/** A connection by its id or its name. */
const params = z.strictObject({ connection: z.union([id("connection"), line(200)]) });

const streamOf = z.strictObject({
  namespace: z.string().max(500).nullable().default(null),
  name: z.string().min(1).max(500),
  /** Settings of the stream, by the connector's `streamConfig`. */
  config: configValues.default({}),
});

const REACH_ERRORS = [
  "connection.not_found",
  "connection.unreachable",
  "connection.host_refused",
  "connection.refused",
  "connection.stream_not_found",
  "connection.settings_invalid",
] as const;

/** Connections: configured instances of connectors, which data comes from and goes to. */
export const connectorRoutes = {
  "connectors.kinds": route({
    method: "GET",
    path: "/connector-kinds",
    tag: TAG,
    summary: "List the kinds of systems that can be connected, with the settings each asks for",
    access: "connection:read",
    responses: { 200: z.object({ items: z.array(connectorSpec) }) },
  }),
  "connectors.list": route({
    method: "GET",
    path: "/connectors",
    tag: TAG,
    summary: "List connections, those changed last first",
    access: "connection:read",
    query: pageQuery.extend({ kind: several(z.enum(CONNECTOR_KINDS)).optional(), q: z.string().trim().min(1).max(200).optional() }),
    responses: { 200: page(connectionSummary) },
  }),
  "connectors.create": route({
    method: "POST",
    path: "/connectors",
    tag: TAG,
    summary: "Create a connection",
    access: "connection:create",
    body: z.strictObject({ name: line(200), kind: z.enum(CONNECTOR_KINDS), description: z.string().trim().max(5_000).default(""), config: configValues }),
    responses: { 201: connection },
    errors: ["connection.name_taken", "connection.settings_invalid", "connection.host_refused"],
  }),
  "connectors.tryOut": route({
    method: "POST",
    path: "/connectors/test",
    tag: TAG,
    summary: "Test settings before they are kept",
    access: "connection:create",
    /** `connection`: secrets that are not sent anew are those of this connection. */
    body: z.strictObject({ kind: z.enum(CONNECTOR_KINDS), config: configValues, connection: id("connection").optional() }),
    responses: { 200: connectionCheck },
    errors: ["connection.settings_invalid", "connection.not_found"],
    rate: "sensitive",
  }),
  "connectors.get": route({
    method: "GET",
    path: "/connectors/{connection}",
    tag: TAG,
    summary: "Show a connection, without its secrets",
    access: "connection:read",
    params,
    responses: { 200: connection },
    errors: ["connection.not_found"],
    versioned: true,
  }),
  "connectors.update": route({
    method: "PATCH",
    path: "/connectors/{connection}",
    tag: TAG,
    summary: "Change a connection; secrets that are sent back as they were read are kept",
    access: "connection:update",
    params,
    body: z.strictObject({ name: line(200).optional(), description: z.string().trim().max(5_000).optional(), config: configValues.optional() }),
    responses: { 200: connection },
    errors: ["connection.not_found", "connection.name_taken", "connection.settings_invalid", "connection.host_refused", "edit.conflict"],
    versioned: true,
  }),
  "connectors.delete": route({
    method: "DELETE",
    path: "/connectors/{connection}",
    tag: TAG,
    summary: "Delete a connection that no pipeline uses",
    access: "connection:delete",
    params,
    responses: { 204: null },
    errors: ["connection.not_found", "connection.in_use"],
  }),
  "connectors.test": route({
    method: "POST",
    path: "/connectors/{connection}/test",
    tag: TAG,
    summary: "Test a connection step by step",
    access: "connection:read",
    params,
    responses: { 200: connectionCheck },
    errors: ["connection.not_found"],
  }),
  "connectors.schema": route({
    method: "GET",
    path: "/connectors/{connection}/schema",
    tag: TAG,
    summary: "List what can be read from a connection: tables, files, endpoints, with columns, types, keys and estimates",
    description: "As it was discovered last; `refresh=true` asks the source anew.",
    access: "connection:read",
    params,
    query: z.strictObject({ refresh: z.stringbool().default(false), q: z.string().trim().min(1).max(200).optional() }),
    responses: {
      200: z.object({
        items: z.array(discoveredStream),
        discoveredAt: instant,
        changes: z.array(z.object({ stream: z.string(), change: z.enum(["added", "removed", "changed"]), comparison: schemaComparison.nullable() })),
      }),
    },
    errors: [...REACH_ERRORS],
  }),
  "connectors.stream": route({
    method: "POST",
    path: "/connectors/{connection}/stream",
    tag: TAG,
    summary: "Discover one stream: its columns by its settings, for REST endpoints and files",
    access: "connection:read",
    params,
    body: streamOf,
    responses: { 200: discoveredStream },
    errors: [...REACH_ERRORS],
  }),
  "connectors.preview": route({
    method: "POST",
    path: "/connectors/{connection}/preview",
    tag: TAG,
    summary: "Read the first rows of a stream and keep nothing",
    access: "pipeline:create",
    params,
    body: streamOf.extend({ columns: z.array(z.string().max(500)).max(1_000).default([]), limit: z.int().min(1).max(200).default(50) }),
    responses: { 200: z.object({ columns: z.array(graphColumn), rows: z.array(z.array(z.string().nullable())), warnings: z.array(z.string()) }) },
    errors: [...REACH_ERRORS],
  }),
  "connectors.openapi": route({
    method: "POST",
    path: "/connectors/openapi",
    tag: TAG,
    summary: "Read an OpenAPI description: its servers, ways to sign in, and the endpoints that list things, as streams of a REST connection",
    access: "connection:create",
    /** Its address or its text. */
    body: z.union([z.strictObject({ url: z.url().max(2_000) }), z.strictObject({ text: z.string().min(2).max(5_000_000) })]),
    responses: {
      200: z.object({
        title: z.string(),
        config: configValues,
        streams: z.array(
          z.object({ name: z.string(), method: z.string(), path: z.string(), summary: z.string(), config: configValues, columns: z.array(graphColumn) }),
        ),
      }),
    },
    errors: ["connection.openapi_invalid", "connection.unreachable", "connection.host_refused"],
  }),
  "connectors.compare": route({
    method: "POST",
    path: "/connectors/compare",
    tag: TAG,
    summary: "Compare two schemas: what changed, what breaks, and how far they fit",
    access: "connection:read",
    body: z.strictObject({ from: z.array(graphColumn).max(10_000), to: z.array(graphColumn).max(10_000) }),
    responses: { 200: schemaComparison },
  }),
} as const;
