import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Connector, type ConnectorContext, CONNECTORS } from "@granary/connectors";
import { createNetwork } from "@granary/connectors/network";
import { isAppError } from "@granary/kernel";
import { type ConfigValues, type ConnectorKind, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";

/** Where calls to other systems keep what they fetched, below the data directory. */
const FOLDER = "connections";

interface Reaching {
  readonly kind: ConnectorKind;
  readonly config: ConfigValues;
  readonly timeoutMs: number;
  readonly saveConfig: (config: ConfigValues) => Promise<void>;
}

/**
 * Lends a connector and its context to one call on another system: with a folder of its own that is gone afterwards, and a limit in
 * time. Throws `connection.unreachable` when the time is up.
 */
export async function reach<T>(ctx: Ctx, options: Reaching, work: (connector: Connector, context: ConnectorContext) => Promise<T>): Promise<T> {
  const { kind, config, timeoutMs, saveConfig } = options;
  const root = join(ctx.services.config.dataDir, FOLDER);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(root, "call-"));
  const timeUp = AbortSignal.timeout(timeoutMs);
  const { privateHosts, folders } = ctx.services.config;
  try {
    return await work(CONNECTORS[kind], {
      config,
      network: createNetwork({ privateHosts }),
      folder,
      sharedFolders: folders,
      signal: AbortSignal.any([ctx.signal, timeUp]),
      log: ctx.log,
      saveConfig,
    });
  } catch (error) {
    if (timeUp.aborted && !ctx.signal.aborted && !isAppError(error))
      throw problem("connection.unreachable", { host: "The other side", reason: `it took longer than ${timeoutMs / 1_000} s` }, { cause: error });
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
