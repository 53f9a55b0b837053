import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionConfig, ConnectorContext } from "@granary/connectors";
import { createNetwork } from "@granary/connectors/network";
import { silentLogger } from "@granary/kernel";

interface TestContext extends ConnectorContext, AsyncDisposable {
  /** Settings the connector kept, newest last. */
  readonly saved: ConnectionConfig[];
}

interface ContextOptions {
  readonly signal?: AbortSignal;
  readonly privateHosts?: readonly string[];
  readonly sharedFolders?: readonly string[];
}

const never = new AbortController().signal;

/** What a connector is given, with a folder that is gone afterwards; this machine may be reached unless told otherwise. */
export async function contextFor(config: ConnectionConfig, options: ContextOptions = {}): Promise<TestContext> {
  const folder = await mkdtemp(join(tmpdir(), "granary-connector-"));
  const saved: ConnectionConfig[] = [];
  return {
    config,
    network: createNetwork({ privateHosts: options.privateHosts ?? ["127.0.0.1", "localhost"] }),
    folder,
    sharedFolders: options.sharedFolders ?? [],
    signal: options.signal ?? never,
    log: silentLogger,
    saved,
    saveConfig: async (changed) => {
      saved.push(changed);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
