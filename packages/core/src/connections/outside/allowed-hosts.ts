import { CONNECTORS } from "@granary/connectors";
import { createNetwork } from "@granary/connectors/network";
import { isAppError } from "@granary/kernel";
import type { ConfigValues, ConnectorKind } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";

/** Refuses settings that lead into a private network; names nobody knows yet are left to the test. Throws `connection.host_refused`. */
export async function requireAllowedHosts(ctx: Ctx, kind: ConnectorKind, config: ConfigValues): Promise<void> {
  const network = createNetwork({ privateHosts: ctx.services.config.privateHosts });
  for (const { host, port } of CONNECTORS[kind].hosts(config)) {
    await network.resolve(host, port).catch((error: unknown) => {
      if (!isAppError(error, "connection.unreachable")) throw error;
    });
  }
}
