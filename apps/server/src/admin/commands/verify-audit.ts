import { type ChainReport, drainBacklog, verifyChain } from "@granary/core/events";
import { type Database, openDatabase } from "@granary/db";
import { silentLogger } from "@granary/kernel";
import type { Command } from "commander";
import { BadNews, type Desk } from "../desk.ts";
import { openInstallation } from "../installation.ts";

const PART = 100_000;

interface Verdict {
  readonly ok: boolean;
  readonly checked: number;
  readonly head: string | null;
  readonly broken: ChainReport["broken"];
}

async function verifyAll(database: Database): Promise<Verdict> {
  let checked = 0;
  let head: string | null = null;
  for (;;) {
    const part = await verifyChain(database, { after: checked, limit: PART });
    checked += part.checked;
    head = part.head ?? head;
    if (!part.ok || part.complete) return { ok: part.ok, checked, head, broken: part.broken };
  }
}

async function verifyAudit(desk: Desk, asJson: boolean): Promise<void> {
  await using installation = await openInstallation(desk.config(), { use: "beside" });
  await using database = openDatabase({ connection: installation.connection, log: silentLogger, maxConnections: 2 });
  // What was recorded while no program ran has no place in the chain yet.
  await drainBacklog(database);
  const verdict = await verifyAll(database);
  if (asJson) desk.say(JSON.stringify(verdict, null, 2));
  else if (verdict.broken === null) desk.say(`The activity log is intact: ${verdict.checked} entries. Head: ${verdict.head ?? "none"}`);
  if (verdict.broken === null) return;
  throw new BadNews(
    `The activity log was tampered with: entry ${verdict.broken.position} is ${verdict.broken.reason}. The ${verdict.checked} before it are intact.`,
  );
}

/** `verify-audit`: whether anybody changed the history. */
export function addVerifyAudit(program: Command, desk: Desk): void {
  program
    .command("verify-audit")
    .description("recompute the hash chain over the activity log; compare its head with one you kept elsewhere")
    .option("--json", "print the result as JSON")
    .action((options: { json?: boolean }) => verifyAudit(desk, options.json === true));
}
