import type { DatasetVersion } from "@granary/protocol";
import type { Command } from "commander";
import type { Column } from "../output/index.ts";
import { connect, type Shell } from "../shell.ts";
import { readPages, withListOptions } from "./list-options.ts";

const COLUMNS: readonly Column<DatasetVersion>[] = [
  { title: "Version", of: (version) => version.number, kind: "number" },
  { title: "At", of: (version) => version.at, kind: "instant" },
  { title: "By", of: (version) => version.by?.name },
  { title: "What", of: (version) => version.operation.replaceAll("_", " ") },
  { title: "Rows", of: (version) => version.rows, kind: "number" },
  { title: "Came", of: (version) => version.added, kind: "number" },
  { title: "Went", of: (version) => version.removed, kind: "number" },
  { title: "Names", of: (version) => version.names.join(", ") },
  { title: "Reason", of: (version) => version.reason },
];

/** `datasets versions, restore`. */
export function addVersions(datasets: Command, shell: Shell): void {
  withListOptions(datasets.command("versions").description("list the versions of a dataset, newest first"))
    .argument("<dataset>", "id or name")
    .action(async (dataset: string, amount: { limit: number; all?: boolean }, command: Command) => {
      const { client, output } = await connect(shell, command);
      const page = await readPages<DatasetVersion>(amount, (query) => client.call("datasets.versions", { params: { dataset }, query }));
      output.list(page, COLUMNS, "The dataset has no version yet.");
    });
  datasets
    .command("restore")
    .description("bring the rows of an older version back, as a new version")
    .argument("<dataset>", "id or name")
    .argument("<version>", "number or name of a version, or an instant")
    .option("--reason <text>", "why, for the list of versions", "")
    .action(async (dataset: string, version: string, options: { reason: string }, command: Command) => {
      const { client, output } = await connect(shell, command);
      const restored = await client.call("datasets.restoreVersion", { params: { dataset, version }, body: options });
      output.done(restored, `Version ${restored.restoredFrom ?? version} is back, as version ${restored.number} with ${restored.rows} rows.`);
    });
}
