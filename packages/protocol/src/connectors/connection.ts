import { z } from "zod";
import { can, id, instant } from "../schemas.ts";
import { graphColumn, SYNC_MODES } from "../pipelines/columns.ts";
import { configSchema, configValues } from "./spec.ts";

/** Every kind of system data can come from or go to. */
export const CONNECTOR_KINDS = ["postgresql", "mysql", "s3", "sftp", "http", "rest", "folder"] as const;
export type ConnectorKind = (typeof CONNECTOR_KINDS)[number];

/** What a test of a connection goes through, in this order; what comes after a failed step is `skipped`. */
export const CHECK_STEPS = ["settings", "name", "network", "encryption", "credentials", "database", "permission", "write"] as const;

export const checkStep = z.object({
  name: z.enum(CHECK_STEPS),
  state: z.enum(["passed", "failed", "skipped", "warned"]),
  /** What was found, and what to do where it failed; without secrets. */
  message: z.string(),
  /** Milliseconds. */
  ms: z.number(),
});
export type CheckStep = z.infer<typeof checkStep>;

export const connectionCheck = z
  .object({ ok: z.boolean(), at: instant, steps: z.array(checkStep), advice: z.array(z.string()) })
  .meta({ id: "ConnectionCheck" });
export type ConnectionCheck = z.infer<typeof connectionCheck>;

/** What a connector is and how it is set up. */
export const connectorSpec = z
  .object({
    kind: z.enum(CONNECTOR_KINDS),
    title: z.string(),
    text: z.string(),
    /** A lucide icon. */
    icon: z.string(),
    roles: z.array(z.enum(["source", "destination"])),
    /** How its settings are asked for, see docs/connectors.md. */
    config: configSchema,
    /** Settings of one stream read from it, beside its name: for `rest` and files. */
    streamConfig: configSchema.nullable(),
    /** Settings of one destination in it: table, path, address. */
    targetConfig: configSchema.nullable(),
    syncModes: z.array(z.enum(SYNC_MODES)),
  })
  .meta({ id: "ConnectorSpec" });
export type ConnectorSpec = z.infer<typeof connectorSpec>;

/** One table, file or endpoint in a source. */
export const discoveredStream = z
  .object({
    namespace: z.string().nullable(),
    name: z.string(),
    kind: z.enum(["table", "view", "file", "endpoint"]),
    columns: z.array(graphColumn.extend({ nullable: z.boolean(), sourceType: z.string() })),
    /** The primary key, as far as the source tells. */
    keys: z.array(z.string()),
    /** Columns whose values only grow, the likeliest first. */
    cursors: z.array(z.string()),
    syncModes: z.array(z.enum(SYNC_MODES)),
    rowEstimate: z.number().nullable(),
    byteEstimate: z.number().nullable(),
    comment: z.string(),
  })
  .meta({ id: "DiscoveredStream" });
export type DiscoveredStream = z.infer<typeof discoveredStream>;

export const connectionSummary = z.object({
  id: id("connection"),
  name: z.string(),
  kind: z.enum(CONNECTOR_KINDS),
  description: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }).nullable(),
  check: connectionCheck.nullable(),
  streamCount: z.number().int().nullable(),
  /** Pipelines whose newest version uses it. */
  pipelineCount: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  can: can("update", "delete", "test", "use"),
});
export type ConnectionSummary = z.infer<typeof connectionSummary>;

export const connection = connectionSummary
  .extend({
    version: z.number().int(),
    /** Secrets read as `{"secret": true}` where one is kept and null where none is; sent back so, they are kept. */
    config: configValues,
    /** What the connector will use: defaults filled in, secrets masked, hosts named. */
    effective: z.array(z.object({ path: z.string(), title: z.string(), value: z.string(), isDefault: z.boolean(), isSecret: z.boolean() })),
    discoveredAt: instant.nullable(),
  })
  .meta({ id: "Connection" });
export type Connection = z.infer<typeof connection>;

/** How two schemas fit each other. */
export const schemaComparison = z
  .object({
    /** 0 to 1: share of columns that a load would take without loss, renamed ones counted by likeness. */
    score: z.number(),
    columns: z.array(
      z.object({
        from: graphColumn.nullable(),
        to: graphColumn.nullable(),
        change: z.enum(["same", "widened", "narrowed", "retyped", "renamed", "added", "removed"]),
        /** Whether rows can be lost or refused by it. */
        isBreaking: z.boolean(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: "SchemaComparison" });
export type SchemaComparison = z.infer<typeof schemaComparison>;
