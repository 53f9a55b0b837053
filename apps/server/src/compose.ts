import { getCompileCacheDir } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CoreConfig, Services } from "@granary/core/context";
import { PrincipalCache } from "@granary/core/identity";
import { RunningQueries } from "@granary/core/sql-console";
import { createVirusScanner, parseClamdAddress, type VirusScanner } from "@granary/core/uploads";
import { type ConnectionOptions, type Database, openDatabase } from "@granary/db";
import { createEngine } from "@granary/engine";
import type { Logger } from "@granary/kernel";
import { createLake } from "@granary/lake";
import { type Config, privateHosts, sharedFolders, uploadHosts } from "./config.ts";
import { createDatabaseClock } from "./database-clock.ts";
import { loadSecrets } from "./secrets.ts";
import { openStorage, storageUri } from "./storage.ts";

/** The built web application beside the server. */
export const WEB_ROOT = fileURLToPath(new URL("../../web/dist", import.meta.url));

/** The part of the configuration that features see. `url` is where the server really listens. */
export function coreConfig(config: Config, url: string): CoreConfig {
  const { env } = config;
  return {
    mode: config.mode,
    publicUrl: config.publicUrl ?? url,
    dataDir: config.dataDir,
    uploadLimitBytes: env.GRANARY_UPLOAD_LIMIT,
    workspaceQuotaBytes: env.GRANARY_WORKSPACE_QUOTA ?? null,
    uploadHosts: uploadHosts(config),
    privateHosts: privateHosts(config),
    folders: sharedFolders(config),
    sql: {
      timeoutS: env.GRANARY_SQL_TIMEOUT,
      saveTimeoutS: env.GRANARY_SQL_STORE_TIMEOUT,
      maxRows: env.GRANARY_SQL_MAX_ROWS,
      maxResultBytes: env.GRANARY_SQL_MAX_RESULT,
      keepResultsS: env.GRANARY_SQL_KEEP_RESULTS,
    },
    trashDays: env.GRANARY_TRASH_DAYS,
    secrets: loadSecrets(config),
    mail: { smtpUrl: env.GRANARY_SMTP_URL ?? null, from: env.GRANARY_MAIL_FROM },
    signUp: env.GRANARY_SIGN_UP,
    session: {
      idleTimeoutS: env.GRANARY_SESSION_IDLE,
      lifetimeS: env.GRANARY_SESSION_LIFETIME,
      rememberS: env.GRANARY_SESSION_REMEMBER,
      accessTokenS: env.GRANARY_ACCESS_TOKEN_LIFETIME,
    },
  };
}

/** Everything features need, owned by whoever composed it. */
export interface Composition extends AsyncDisposable {
  readonly services: Services;
}

export interface ComposeOptions {
  readonly config: Config;
  readonly url: string;
  readonly connection: ConnectionOptions;
  readonly log: Logger;
}

/** The name of the catalog that other engines must use too. */
const CATALOG = "granary";

function scannerOf({ env }: Config): VirusScanner | undefined {
  const address = env.GRANARY_CLAMD === undefined ? undefined : parseClamdAddress(env.GRANARY_CLAMD);
  return address === undefined ? undefined : createVirusScanner(address);
}

/** The one place where services are built. */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { config, log } = options;
  const fileIo = await openStorage(config);
  const database: Database = openDatabase({ connection: options.connection, log, maxConnections: config.env.GRANARY_DATABASE_POOL });
  const compileCacheDir = getCompileCacheDir();
  const { env } = config;
  const engine = createEngine({
    tempRoot: join(config.dataDir, "tmp", "engine"),
    // The most any query may ask for; those that people wait for ask for less.
    sandbox: {
      deadlineMs: Math.max(env.GRANARY_SQL_TIMEOUT, env.GRANARY_SQL_STORE_TIMEOUT) * 1000,
      memoryBytes: env.GRANARY_SQL_MEMORY,
      maxRows: Number.MAX_SAFE_INTEGER - 1,
      maxBytes: Math.max(env.GRANARY_SQL_MAX_RESULT, env.GRANARY_UPLOAD_LIMIT),
    },
    logger: log,
    ...(compileCacheDir === undefined ? {} : { compileCacheDir }),
  });
  const clock = createDatabaseClock(database, log);
  await clock.sync();
  const principals = new PrincipalCache(database);
  const lake = createLake({ engine, fileIo, warehouseUri: storageUri(config), catalogName: CATALOG });
  const queries = new RunningQueries();
  const scanner = scannerOf(config);
  const services: Services = { config: coreConfig(config, options.url), clock, database, principals, lake, engine, queries, scanner, log };
  return {
    services,
    async [Symbol.asyncDispose]() {
      await queries[Symbol.asyncDispose]();
      clock[Symbol.dispose]();
      await principals[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
      await fileIo[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
