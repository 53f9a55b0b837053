import { dirname, join, resolve } from "node:path";
import type { ConnectionOptions } from "@granary/db";
import { problem } from "@granary/protocol";
import type { Command } from "commander";
import type { Config } from "../../config.ts";
import {
  backUpInstallation,
  beginWhenEmpty,
  findMissingNow,
  holdsData,
  requireFitting,
  restoreInstallation,
  verifyInstallationBackup,
} from "../backup/index.ts";
import type { Desk } from "../desk.ts";
import { openInstallation } from "../installation.ts";
import { storageUri } from "../../storage.ts";
import { describe, describeMissing, describeMissingAt, recordInstallationEvent } from "./backup.ts";

const CONFIRMATION = "replace";

interface RestoreOptions {
  readonly replace?: boolean;
  readonly yes?: boolean;
  readonly backupTo?: string;
}

/** Part of a file name: `20261121-094501`. */
function stampOf(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}

/** Everything that must be so before data is replaced: it was asked for, confirmed, and can be undone. */
async function secureOldData(desk: Desk, config: Config, connection: ConnectionOptions, options: RestoreOptions & { readonly keepAt: string }): Promise<void> {
  if (options.replace !== true) throw problem("restore.data_exists", { directory: config.dataDir });
  if (options.yes !== true) {
    const answer = await desk.ask(`This replaces everything in the installation ${config.dataDir}. Type ${CONFIRMATION} to go on: `);
    if (answer?.trim() !== CONFIRMATION) throw problem("restore.not_confirmed");
  }
  const result = await backUpInstallation({ config, connection, directory: options.keepAt, includeSecrets: true });
  const missing = describeMissing(result);
  if (missing !== undefined) desk.note(missing);
  desk.note(`What is there now is kept first, with its secret keys. ${describe(options.keepAt, result)}`);
}

/** What became of tables that no backup holds. */
async function describeTables(config: Config, connection: ConnectionOptions): Promise<string> {
  const uri = storageUri(config);
  return describeMissingAt(uri, await findMissingNow(config, connection)) ?? `All files of the tables were found at ${uri}.`;
}

async function restore(desk: Desk, given: string, options: RestoreOptions): Promise<void> {
  const config = desk.config();
  const directory = resolve(given);
  const stamp = stampOf(new Date());
  desk.note("Checking the backup.");
  const backup = await verifyInstallationBackup(directory);
  requireFitting(config, backup);
  await using installation = await openInstallation(config, { use: "alone", create: true });
  const { connection } = installation;
  await beginWhenEmpty(connection);
  if (await holdsData(config, connection)) {
    const keepAt = resolve(options.backupTo ?? join(dirname(directory), `granary-before-restore-${stamp}`));
    await secureOldData(desk, config, connection, { ...options, keepAt });
  }
  const onStep = (sentence: string): void => desk.note(sentence);
  const missing = await restoreInstallation({ config, connection, directory, backup, aside: `before-restore-${stamp}`, onStep });
  await recordInstallationEvent(connection, "instance.restored", directory);
  desk.say(`Restored the backup of ${backup.manifest.createdAt} into ${config.dataDir}.`);
  if (missing.length > 0) {
    desk.note(`This installation has not the secret keys the backup was made with. Put ${missing.join(" and ")} of then in place before the next start;`);
    desk.note("without them second factors and stored passwords of connections cannot be read.");
  }
  if (!backup.manifest.storage.included) desk.note(await describeTables(config, connection));
  desk.note("Sessions and API keys that were revoked after the backup work again. Look them through.");
}

/** `restore`: a backup in place of what is there, never without a way back. */
export function addRestore(program: Command, desk: Desk): void {
  program
    .command("restore")
    .description("put a backup in place; data that is there is never replaced without --replace, a confirmation and a fresh backup of it")
    .argument("<directory>", "directory of the backup")
    .option("--replace", "replace the data that is there")
    .option("--yes", "do not ask for the confirmation")
    .option("--backup-to <directory>", "where the data that is there is kept; beside the backup when left out")
    .action((directory: string, options: RestoreOptions) => restore(desk, directory, options));
}
