import { CONNECTORS, effectiveSettings, maskSecrets } from "@granary/connectors";
import type { Id } from "@granary/kernel";
import type { ConfigValues, Connection, ConnectionCheck, ConnectionSummary, ConnectorKind } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import type { ConnectionRow } from "./store.ts";

export function presentSummary(principal: Principal, row: ConnectionRow): ConnectionSummary {
  return {
    id: row.id as Id<"connection">,
    name: row.name,
    kind: row.kind as ConnectorKind,
    description: row.description,
    owner: row.owner_id === null || row.owner_name === null ? null : { id: row.owner_id, name: row.owner_name },
    check: row.last_check as ConnectionCheck | null,
    streamCount: row.stream_count,
    pipelineCount: row.pipeline_count,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    can: {
      update: mayDo(principal, "connection:update"),
      delete: mayDo(principal, "connection:delete"),
      test: mayDo(principal, "connection:read"),
      use: mayDo(principal, "pipeline:create"),
    },
  };
}

/** A connection as it is shown: never with a secret. */
export function presentConnection(principal: Principal, row: ConnectionRow): Connection {
  const config = maskSecrets(row.config as ConfigValues, row.secret_paths);
  return {
    ...presentSummary(principal, row),
    version: row.version,
    config,
    effective: [...effectiveSettings(CONNECTORS[row.kind as ConnectorKind].spec.config, config)],
    discoveredAt: row.discovered_at?.toISOString() ?? null,
  };
}
