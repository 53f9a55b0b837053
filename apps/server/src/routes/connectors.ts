import {
  createConnection,
  deleteConnection,
  discoverStream,
  getConnection,
  getSchema,
  listConnections,
  listKinds,
  previewStream,
  readOpenApi,
  testConnection,
  tryOutSettings,
  updateConnection,
} from "@granary/core/connections";
import { compareSchemas } from "@granary/graph";
import type { connectorRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const connectorHandlers: HandlersOf<typeof connectorRoutes> = {
  "connectors.kinds": async () => listKinds(),
  "connectors.list": (ctx, { query }) => listConnections(ctx, query),
  "connectors.create": (ctx, { body }) => createConnection(ctx, body),
  "connectors.tryOut": (ctx, { body }) => tryOutSettings(ctx, body),
  "connectors.get": (ctx, { params }) => getConnection(ctx, params.connection),
  "connectors.update": (ctx, { params, body, version }) => updateConnection(ctx, params.connection, version, body),
  "connectors.delete": (ctx, { params }) => deleteConnection(ctx, params.connection),
  "connectors.test": (ctx, { params }) => testConnection(ctx, params.connection),
  "connectors.schema": (ctx, { params, query }) => getSchema(ctx, params.connection, query),
  "connectors.stream": (ctx, { params, body }) => discoverStream(ctx, params.connection, body),
  "connectors.preview": (ctx, { params, body }) => previewStream(ctx, params.connection, body),
  "connectors.openapi": (ctx, { body }) => readOpenApi(ctx, body),
  "connectors.compare": async (_ctx, { body }) => compareSchemas(body.from, body.to),
};
