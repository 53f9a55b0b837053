export { deleteConnection } from "./commands/delete-connection.ts";
export { type DiscoveredSchema, getSchema } from "./commands/discover-streams.ts";
export { discoverStream, previewStream } from "./commands/read-stream.ts";
export { createConnection, updateConnection } from "./commands/save-connection.ts";
export { testConnection, tryOutSettings } from "./commands/test-connection.ts";
export { readOpenApi } from "./openapi/read-openapi.ts";
export { type OpenedConnection, openConnection } from "./outside/open-connection.ts";
export { listKinds } from "./queries/list-kinds.ts";
export { getConnection, listConnections } from "./queries/read-connections.ts";
