import type { CheckStep, ConnectionCheck, ConnectorKind, DiscoveredStream } from "@granary/protocol";
import { choiceParam, objectParam, present, textParam } from "../../kit/search-params.ts";
import type { Tone } from "../../kit/status-badge.tsx";

/** The kinds by the name of their makers; the server's list says more. */
export const KIND_TITLES = {
  postgresql: "PostgreSQL",
  mysql: "MySQL or MariaDB",
  s3: "S3",
  sftp: "SFTP",
  http: "File by HTTP",
  rest: "REST API",
  folder: "Folder",
} as const satisfies Record<ConnectorKind, string>;

export const KINDS = Object.keys(KIND_TITLES) as ConnectorKind[];

export const STEP_TITLES = {
  settings: "Settings",
  name: "Host name",
  network: "Network",
  encryption: "Encryption",
  credentials: "Credentials",
  permission: "Permission",
  database: "Database",
  write: "Writing",
} as const satisfies Record<CheckStep["name"], string>;

export const STEP_STATES = {
  passed: ["good", "passed"],
  failed: ["bad", "failed"],
  warned: ["warn", "warned"],
  skipped: ["idle", "not tried"],
} as const satisfies Record<CheckStep["state"], readonly [Tone, string]>;

/** How a connection is, by its last test. */
export function healthOf(check: ConnectionCheck | null): { readonly tone: Tone; readonly text: string } {
  if (check === null) return { tone: "idle", text: "Not tested" };
  if (!check.ok) {
    const failed = check.steps.find(({ state }) => state === "failed");
    return { tone: "bad", text: failed === undefined ? "Failed" : `${STEP_TITLES[failed.name]} failed` };
  }
  return check.steps.some(({ state }) => state === "warned") ? { tone: "warn", text: "Works, with warnings" } : { tone: "good", text: "Works" };
}

export const streamName = ({ namespace, name }: Pick<DiscoveredStream, "namespace" | "name">): string => (namespace === null ? name : `${namespace}.${name}`);

export const connectionsSearch = (raw: Record<string, unknown>) => present({ q: textParam(raw, "q", 200), kind: choiceParam(raw, "kind", KINDS) });

export const newConnectionSearch = (raw: Record<string, unknown>) =>
  present({ kind: choiceParam(raw, "kind", KINDS), openapi: choiceParam(raw, "openapi", ["1"]) });

export const connectionSearch = (raw: Record<string, unknown>) =>
  present({
    tab: choiceParam(raw, "tab", ["streams", "settings"]),
    q: textParam(raw, "q", 200),
    namespace: textParam(raw, "namespace", 500),
    stream: textParam(raw, "stream", 500),
    config: objectParam(raw, "config"),
  });
