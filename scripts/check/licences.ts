import { closure, type LockEntry, type Lockfile } from "./lockfile.ts";

/** Licences of what reaches a user: permissive, no duty to publish sources. */
const SHIPPED = new Set([
  "MIT",
  "MIT-0",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "Unlicense",
  "OFL-1.1",
  "PostgreSQL",
  "Zlib",
]);
/** Tools that stay with the developer may also carry file-level copyleft. */
const TOOLS = new Set([...SHIPPED, "MPL-2.0", "Python-2.0"]);

/** Packages that name their licence in a form npm gave up, which lockfiles leave out: as their LICENSE files and READMEs have it. */
const NAMED_ELSEWHERE: Readonly<Record<string, string>> = {
  "node_modules/buildcheck": "MIT",
  "node_modules/cpu-features": "MIT",
  "node_modules/ssh2": "MIT",
};

/** Dependencies of the web application that build or test it; the rest ends up in the bundle. */
const WEB_TOOLS = new Set(["vite", "@vitejs/plugin-react", "jsdom", "@testing-library/react", "@types/react", "@types/react-dom"]);

/** `(MIT OR Apache-2.0)` needs one allowed alternative, `MIT AND Zlib` needs all. */
export function isAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const bare = expression.replaceAll(/[()]/g, "");
  return bare.split(" OR ").some((part) => part.split(" AND ").every((name) => allowed.has(name.trim())));
}

function shippedPaths(lockfile: Lockfile): ReadonlySet<string> {
  const web = Object.keys(lockfile.packages["apps/web"]?.devDependencies ?? {}).filter((name) => !WEB_TOOLS.has(name));
  const production = Object.entries(lockfile.packages).filter(([path, entry]) => path.includes("node_modules/") && entry.dev !== true);
  return new Set([...production.map(([path]) => path), ...closure(lockfile, "apps/web", web)]);
}

/** One line per package whose licence the list does not allow, or that declares none. */
export function licenceProblems(lockfile: Lockfile): readonly string[] {
  const shipped = shippedPaths(lockfile);
  const isThirdParty = ([path, entry]: readonly [string, LockEntry]): boolean => path.includes("node_modules/") && entry.link !== true;
  return Object.entries(lockfile.packages)
    .filter(isThirdParty)
    .filter(([path, entry]) => !isAllowed(entry.license ?? NAMED_ELSEWHERE[path] ?? "", shipped.has(path) ? SHIPPED : TOOLS))
    .map(
      ([path, entry]) =>
        `${path}: ${entry.license ?? "no licence declared"}${shipped.has(path) ? " (it is shipped)" : ""}; replace it, or record a decision and extend scripts/check/licences.ts`,
    );
}
