export type {
  ChunkFormat,
  ConnectionConfig,
  Connector,
  ConnectorContext,
  DeliveryFormat,
  ReadMessage,
  ReadRequest,
  StreamAddress,
  StreamState,
  WriteRequest,
  WriteResult,
} from "./connector.ts";
export { checkConfig, effectiveSettings, maskSecrets, mergeSecrets, type Secrets, splitSecrets, withDefaults } from "./config/index.ts";
export { CONNECTORS } from "./registry.ts";
