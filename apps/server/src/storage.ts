import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isAppError } from "@granary/kernel";
import type { Services } from "@granary/core/context";
import { createFileIo, type FileIo, parseS3Uri, type StorageOptions } from "@granary/lake";
import { type Config, ConfigError, type Environment } from "./config.ts";

/** Where tables are stored, without a slash at the end. */
export function storageUri(config: Config): string {
  return (config.env.GRANARY_STORAGE ?? pathToFileURL(join(config.dataDir, "lake")).href).replace(/\/+$/, "");
}

function s3Access(env: Environment): NonNullable<StorageOptions["s3"]> {
  const { GRANARY_S3_ENDPOINT: endpoint, GRANARY_S3_ACCESS_KEY_ID: accessKeyId, GRANARY_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  return {
    region: env.GRANARY_S3_REGION ?? "",
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined ? {} : { credentials: { accessKeyId, secretAccessKey } }),
    ...(env.GRANARY_S3_PATH_STYLE === undefined ? {} : { pathStyle: env.GRANARY_S3_PATH_STYLE === "true" }),
  };
}

const cacheDirectory = (config: Config): string => config.env.GRANARY_CACHE ?? join(config.dataDir, "cache", "lake");

/** Opens the storage that the configuration names. Throws a {@link ConfigError} when the cache directory is of no use. */
export async function openStorage(config: Config, directory = cacheDirectory(config)): Promise<FileIo & AsyncDisposable> {
  const { env } = config;
  const cache = { directory, maxBytes: env.GRANARY_CACHE_MAX_BYTES };
  try {
    return await createFileIo(storageUri(config), { recheckRate: env.GRANARY_STORAGE_RECHECK, s3: s3Access(env), cache });
  } catch (error) {
    if (isAppError(error, "storage.cache_unusable")) throw new ConfigError(`GRANARY_CACHE: ${error.message}`);
    throw error;
  }
}

/**
 * Tries the storage out before the program starts. What it refuses is wrong in the configuration and ends the start; one
 * that does not answer does so only while there is no table: later people can sign in and do all that needs no tables.
 */
export async function tryStorage(config: Config, services: Services): Promise<void> {
  const uri = storageUri(config);
  if (parseS3Uri(uri) === undefined) return;
  try {
    await services.lake.probeStorage();
  } catch (error) {
    if (!isAppError(error)) throw error;
    const isForNow = error.code === "storage.unavailable" || error.code === "storage.full";
    if (!isForNow || (await services.lake.isEmpty(services.database.reader("system")))) {
      throw new ConfigError(
        `GRANARY_STORAGE: ${uri} cannot be used. ${error.message}\nThe settings GRANARY_S3_... say how it is reached; docs/storage.md says what it must allow.`,
      );
    }
    services.log.warn({ err: error, storage: uri }, "the storage does not answer: tables can neither be read nor changed until it does");
  }
}
