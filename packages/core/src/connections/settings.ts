import { checkConfig, CONNECTORS, mergeSecrets, type Secrets, splitSecrets, withDefaults } from "@granary/connectors";
import { type ConfigValues, type ConnectorKind, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../context/index.ts";
import { seal, unseal } from "../identity/index.ts";
import type { ConnectionRow, StoredSettings } from "./store.ts";

const PURPOSE = "connection";

/** Settings that passed every check: as they are kept, and as a connector gets them. */
export interface PreparedSettings {
  readonly config: ConfigValues;
  readonly secrets: Secrets;
  /** Defaults filled in, secrets in clear. */
  readonly full: ConfigValues;
}

/** Checks settings that were sent, where kept secrets are those of `before`. Throws `connection.settings_invalid` with all that is wrong. */
export function prepareSettings(kind: ConnectorKind, sent: ConfigValues, before: Secrets): PreparedSettings {
  const schema = CONNECTORS[kind].spec.config;
  const issues = checkConfig(schema, sent, "body.config");
  if (issues.length > 0) throw problem("connection.settings_invalid", {}, { issues });
  const { config, secrets, missing } = splitSecrets(schema, sent, before);
  if (missing.length > 0)
    throw problem(
      "connection.settings_invalid",
      {},
      { issues: missing.map((path) => ({ path: `body.config.${path}`, message: "is not kept. Enter it anew" })) },
    );
  return { config, secrets, full: withDefaults(schema, mergeSecrets(config, secrets)) };
}

/** Settings as a row keeps them: secrets sealed, bound to the connection. */
export function storedSettings(ctx: Ctx | TxCtx, id: string, { config, secrets }: PreparedSettings): StoredSettings {
  const secretPaths = Object.keys(secrets).toSorted();
  const { encryptionKey } = ctx.services.config.secrets;
  return { config, secretPaths, secrets: secretPaths.length === 0 ? null : seal(encryptionKey, PURPOSE, id, JSON.stringify(secrets)) };
}

/** The secrets of a connection in clear. Throws `connection.secret_missing` when the installation's key is not the one they were sealed with. */
export function openSecrets(ctx: Ctx | TxCtx, row: Pick<ConnectionRow, "id" | "secrets" | "secret_paths">): Secrets {
  if (row.secrets === null) return {};
  try {
    return JSON.parse(unseal(ctx.services.config.secrets.encryptionKey, PURPOSE, row.id, row.secrets)) as Secrets;
  } catch (error) {
    throw problem("connection.secret_missing", { field: row.secret_paths.join(", ") }, { cause: error });
  }
}

/** Settings of a connection as its connector gets them. */
export function fullSettings(ctx: Ctx | TxCtx, row: ConnectionRow): ConfigValues {
  const { config } = CONNECTORS[row.kind as ConnectorKind].spec;
  return withDefaults(config, mergeSecrets(row.config as ConfigValues, openSecrets(ctx, row)));
}
