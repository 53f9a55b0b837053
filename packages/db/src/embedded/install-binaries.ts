import { constants } from "node:fs";
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Logger } from "@granary/kernel";
import type { NativePackage } from "./native-package.ts";

const MANIFEST = "installed.json";
const STAGING = ".staging-";

type Sizes = Readonly<Record<string, number>>;

async function sizesOf(root: string): Promise<Sizes> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => [relative(root, file), (await lstat(file)).size] as const));
  return Object.fromEntries(sizes.filter(([name]) => name !== MANIFEST));
}

/** A power cut may shorten files behind a finished rename, so the presence of the directory proves nothing. */
async function isComplete(directory: string): Promise<boolean> {
  try {
    const expected = JSON.parse(await readFile(join(directory, MANIFEST), "utf8")) as Sizes;
    const found = await sizesOf(directory);
    return Object.entries(expected).every(([name, size]) => found[name] === size);
  } catch {
    return false;
  }
}

/** The package cannot carry symbolic links, so it lists them: paths relative to the package's root. */
async function createLinks(source: string, target: string): Promise<void> {
  const links = JSON.parse(await readFile(join(source, "native", "pg-symlinks.json"), "utf8")) as { source: string; target: string }[];
  for (const link of links) {
    const at = join(target, relative("native", link.target));
    await rm(at, { force: true });
    await symlink(relative(dirname(link.target), link.source), at);
  }
}

async function removeLeftovers(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith("pg-") && name.includes(STAGING));
  await Promise.all(names.map((name) => rm(join(dataDir, name), { recursive: true, force: true })));
}

/**
 * Copies PostgreSQL beside its data, once a version, and returns the directory. The package itself may be read-only,
 * out of the reach of the account that runs the server, or gone when an older cluster has to be read for an upgrade.
 * Call it under the data directory's lock.
 */
export async function installBinaries(source: NativePackage, dataDir: string, log: Logger): Promise<string> {
  const target = join(dataDir, `pg-${source.version}`);
  if (await isComplete(target)) return target;
  await removeLeftovers(dataDir);
  const staging = `${target}${STAGING}${process.pid}`;
  await mkdir(staging, { mode: 0o755 });
  await cp(join(source.root, "native"), staging, { recursive: true, mode: constants.COPYFILE_FICLONE });
  for (const program of await readdir(join(staging, "bin"))) await chmod(join(staging, "bin", program), 0o755);
  await writeFile(join(staging, MANIFEST), JSON.stringify(await sizesOf(staging)));
  await createLinks(source.root, staging);
  await chmod(staging, 0o755);
  // A server that still runs from the old copy keeps its open files.
  await rename(target, `${target}${STAGING}replaced`).catch(() => undefined);
  await rename(staging, target);
  await removeLeftovers(dataDir);
  log.info({ version: source.version }, "installed the built-in PostgreSQL");
  return target;
}
