import type { Command } from "commander";
import { BadNews, type Desk } from "../desk.ts";
import { examine } from "../doctor.ts";

const NAME_WIDTH = 18;

async function runDoctor(desk: Desk, asJson: boolean): Promise<void> {
  const findings = await examine(desk);
  if (asJson) desk.say(JSON.stringify(findings, null, 2));
  else for (const { name, state, detail } of findings) desk.say(`${state.padEnd(8)}  ${name.padEnd(NAME_WIDTH)}${detail}`);
  const failed = findings.filter((finding) => finding.state === "failed");
  if (failed.length > 0) throw new BadNews(`${failed.length} of ${findings.length} checks failed.`);
}

/** `doctor`: everything worth knowing before one asks for help. */
export function addDoctor(program: Command, desk: Desk): void {
  program
    .command("doctor")
    .description("look the installation over: configuration, directory, secrets, database, migrations, leases")
    .option("--json", "print the findings as JSON")
    .action((options: { json?: boolean }) => runDoctor(desk, options.json === true));
}
