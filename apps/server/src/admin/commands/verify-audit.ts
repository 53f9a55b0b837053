import { type Chain, type ChainReport, drainBacklog, verifyChain } from "@granary/core/events";
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

async function verifyAll(database: Database, chain: Chain): Promise<Verdict> {
  let checked = 0;
  let head: string | null = null;
  for (;;) {
    const part = await verifyChain(database, { after: checked, limit: PART }, chain);
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
  const verdict = await verifyAll(database, "events");
  const access = await verifyAll(database, "access");
  if (asJson) desk.say(JSON.stringify({ ...verdict, access }, null, 2));
  else for (const [name, log] of [["activity", verdict] as const, ["access", access] as const]) if (log.broken === null) desk.say(intact(name, log));
  const bad = [describeBreak("activity", verdict), describeBreak("access", access)].flatMap((sentence) => sentence ?? []);
  if (bad.length > 0) throw new BadNews(bad.join(" "));
}

const intact = (name: string, { checked, head }: Verdict): string => `The ${name} log is intact: ${checked} entries. Head: ${head ?? "none"}`;

function describeBreak(name: string, { broken, checked }: Verdict): string | undefined {
  if (broken === null) return undefined;
  return `The ${name} log was tampered with: entry ${broken.position} is ${broken.reason}. The ${checked} before it are intact.`;
}

/** `verify-audit`: whether anybody changed the history. */
export function addVerifyAudit(program: Command, desk: Desk): void {
  program
    .command("verify-audit")
    .description("recompute the hash chains over the activity log and the access log; compare their heads with those you kept elsewhere")
    .option("--json", "print the result as JSON")
    .action((options: { json?: boolean }) => verifyAudit(desk, options.json === true));
}
