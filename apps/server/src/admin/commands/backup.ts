import { resolve } from "node:path";
import { type ConnectionOptions, migrate, openDatabase } from "@granary/db";
import { recordEvent, systemPrincipal } from "@granary/core/context";
import { newId, silentLogger } from "@granary/kernel";
import type { EventType } from "@granary/protocol";
import type { Command } from "commander";
import { backUpInstallation, type BackUpResult, type MissingFiles } from "../backup/index.ts";
import { BadNews, type Desk } from "../desk.ts";
import { openInstallation } from "../installation.ts";

/** Enters what was done to the whole installation into its activity log. */
export async function recordInstallationEvent(connection: ConnectionOptions, type: EventType, label: string): Promise<void> {
  await using database = openDatabase({ connection, log: silentLogger, maxConnections: 2 });
  const origin = { principal: systemPrincipal(), request: { id: newId("request"), ip: null, userAgent: "granary-admin" }, now: new Date() };
  await database.tx("system", (tx) => recordEvent(tx, origin, { type, workspaceId: null, subject: { id: null, label } }));
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

export function describe(directory: string, { manifest, tables, rows }: BackUpResult): string {
  const { count, bytes } = manifest.files;
  return `Backed up ${rows} rows of ${tables} tables and ${count} files (${megabytes(bytes)}) to ${directory}.`;
}

/** What to say about files that tables need and that are not there; undefined when all are. */
export function describeMissing({ missing, manifest }: BackUpResult): string | undefined {
  if (!manifest.storage.included) return describeMissingAt(manifest.storage.uri, missing);
  if (missing.count === 0) return undefined;
  return `${missing.count} files that tables need are not in the backup, the first: ${missing.named.join(", ")}. If maintenance deleted them meanwhile, another backup is whole; else they are lost here and come from an older one.`;
}

/** The same for tables that lie elsewhere. */
export function describeMissingAt(uri: string, missing: MissingFiles): string | undefined {
  if (missing.unknown !== undefined) return `Whether ${uri} holds all files that tables need could not be found out. ${missing.unknown}`;
  if (missing.count === 0) return undefined;
  return `${missing.count} files that tables need are not at ${uri}, the first: ${missing.named.join(", ")}. Bring them back from the older versions or copies of its objects.`;
}

function noteLeftOut(desk: Desk, { manifest }: BackUpResult): void {
  const { secrets, storage } = manifest;
  if (!storage.included)
    desk.note(
      `The tables themselves are stored at ${storage.uri} and are not in this backup. Keep older versions or copies of its objects for as long as you keep this.`,
    );
  if (secrets.included.length > 0)
    desk.note("The backup holds the installation's secret keys. Whoever has it can read everything: keep it as you would keep them.");
  else
    desk.note(
      "The secret keys are not in it. Without them second factors and stored passwords of connections cannot be read: keep them apart, or add --include-secrets.",
    );
}

async function backup(desk: Desk, given: string, includeSecrets: boolean): Promise<void> {
  const config = desk.config();
  const directory = resolve(given);
  await using installation = await openInstallation(config, { use: "beside" });
  await migrate(installation.connection);
  const result = await backUpInstallation({ config, connection: installation.connection, directory, includeSecrets });
  await recordInstallationEvent(installation.connection, "instance.backed_up", directory);
  desk.say(describe(directory, result));
  noteLeftOut(desk, result);
  const missing = describeMissing(result);
  if (missing !== undefined) throw new BadNews(missing);
}

/** `backup`: everything of the installation into one directory, while it goes on working. */
export function addBackup(program: Command, desk: Desk): void {
  program
    .command("backup")
    .description("write the whole installation into a new directory; it may go on working meanwhile")
    .argument("<directory>", "a new or empty directory")
    .option("--include-secrets", "also the generated secret keys")
    .action((directory: string, options: { includeSecrets?: boolean }) => backup(desk, directory, options.includeSecrets === true));
}
