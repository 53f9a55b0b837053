import { join } from "node:path";
import type { Config } from "./config.ts";
import { VERSION } from "./version.ts";

interface Banner {
  readonly config: Config;
  readonly url: string;
  readonly setupLink: string | undefined;
}

/** Tells the person who started the program where to go next. */
export function printBanner({ config, url, setupLink }: Banner): void {
  const isInteractive = process.stdout.isTTY;
  const bold = (text: string): string => (isInteractive ? `\u001b[1m${text}\u001b[22m` : text);
  const rows: [string, string][] = [
    ["Address", bold(url)],
    ...(setupLink === undefined
      ? []
      : [["First sign-in", `${bold(setupLink)}\n                 Works once. It sets up the first administrator.`] as [string, string]]),
    ["Data", `${config.dataDir}${config.databaseUrl === undefined ? " (embedded PostgreSQL)" : " (PostgreSQL by DATABASE_URL)"}`],
    ...(config.mode === "production" ? [] : [["Logs", join(config.dataDir, "logs", "granary.log")] as [string, string]]),
    ["Stop", "Ctrl+C"],
  ];
  const lines = rows.map(([label, value]) => `  ${label.padEnd(15)}${value}`);
  process.stdout.write(`\n  ${bold("Granary")} ${VERSION}\n\n${lines.join("\n")}\n\n`);
}
