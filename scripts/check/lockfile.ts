import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type LockEntry = {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

export type Lockfile = { readonly packages: Readonly<Record<string, LockEntry>> };

export type Manifest = {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

export function readLockfile(root: string): Lockfile {
  return JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lockfile;
}

/** Every package.json of the checkout with its path relative to `root`. */
export function readManifests(root: string): readonly { readonly path: string; readonly manifest: Manifest }[] {
  return ["package.json", ...globSync("{packages,apps}/*/package.json", { cwd: root })].map((path) => ({
    path,
    manifest: JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest,
  }));
}

/** Where Node would find `name` from `from`: the nearest node_modules upwards. */
function resolveEntry(lockfile: Lockfile, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const candidate = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lockfile.packages[candidate] !== undefined) return candidate;
    if (folder === "") return undefined;
  }
}

/** The packages that `names`, imported in the folder `from`, bring along, themselves included. */
export function closure(lockfile: Lockfile, from: string, names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = names.map((name) => resolveEntry(lockfile, from, name));
  for (let path = open.pop(); open.length > 0 || path !== undefined; path = open.pop()) {
    if (path === undefined || seen.has(path)) continue;
    seen.add(path);
    const entry = lockfile.packages[path];
    const needed = { ...entry?.dependencies, ...entry?.optionalDependencies, ...entry?.peerDependencies };
    open.push(...Object.keys(needed).map((name) => resolveEntry(lockfile, path ?? "", name)));
  }
  return seen;
}
