import { checkConfig, CONNECTORS, withDefaults } from "@granary/connectors";
import { type ConfigValues, type ConnectorKind, problem } from "@granary/protocol";

/** Settings of a stream with their defaults. Throws `connection.settings_invalid`. */
export function requireStreamConfig(kind: ConnectorKind, config: ConfigValues): ConfigValues {
  const { streamConfig } = CONNECTORS[kind].spec;
  if (streamConfig === null) return {};
  const issues = checkConfig(streamConfig, config, "body.config");
  if (issues.length > 0) throw problem("connection.settings_invalid", {}, { issues });
  return withDefaults(streamConfig, config);
}
