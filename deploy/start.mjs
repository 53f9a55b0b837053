import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = "/run/secrets";

// Container platforms hand secrets over as files named like the setting; a variable that is set already wins.
if (existsSync(folder)) {
  for (const name of readdirSync(folder).filter((entry) => /^[A-Z][A-Z0-9_]*$/.test(entry))) {
    process.env[name] ??= readFileSync(join(folder, name), "utf8").trim();
  }
}

await import("../apps/server/src/main.ts");
