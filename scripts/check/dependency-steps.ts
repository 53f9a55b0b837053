import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findNpm } from "../launcher/npm.mjs";
import { LAYER_FOLDERS, LAYERS, type Layer } from "../lint/layers.ts";
import { capture } from "../run-tool.ts";
import { licenceProblems } from "./licences.ts";
import { type Manifest, readLockfile, readManifests } from "./lockfile.ts";
import type { Step, StepOutcome } from "./step.ts";

/** A package of its own with tools that only the long suites need. */
const INTEROP = "test/interop";

const EXACT_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

const allDependencies = (manifest: Manifest): readonly (readonly [string, string])[] =>
  Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies });

/** One line per dependency that is not pinned to one version. */
export function versionProblems(path: string, manifest: Manifest): readonly string[] {
  return allDependencies(manifest)
    .filter(([, version]) => !EXACT_VERSION.test(version))
    .map(([name, version]) => `${path}: ${name} is "${version}"; write the exact version (npm install --save-exact)`);
}

/** One line per workspace dependency that the layers do not allow; what a package cannot declare, it cannot import by accident either. */
export function layerProblems(path: string, manifest: Manifest): readonly string[] {
  const layer = (Object.keys(LAYER_FOLDERS) as Layer[]).find((name) => path === `${LAYER_FOLDERS[name]}/package.json`);
  if (layer === undefined) return path === "package.json" ? [] : [`${path}: this package has no place in scripts/lint/layers.ts; give it one`];
  const allowed: readonly string[] = LAYERS[layer];
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => name.startsWith("@granary/") && !allowed.includes(name.slice("@granary/".length)))
    .map((name) => `${path}: ${layer} may not depend on ${name}`);
}

async function checkManifests(root: string): Promise<StepOutcome> {
  const manifests = readManifests(root);
  const interop = JSON.parse(await readFile(join(root, INTEROP, "package.json"), "utf8")) as Manifest;
  const problems = manifests.flatMap(({ path, manifest }) => [...versionProblems(path, manifest), ...layerProblems(path, manifest)]);
  return { problems: [...problems, ...versionProblems(`${INTEROP}/package.json`, interop)], note: `${manifests.length + 1} packages` };
}

async function checkLicences(root: string): Promise<StepOutcome> {
  const lockfiles = [readLockfile(root), readLockfile(join(root, INTEROP))];
  const packages = lockfiles.reduce((sum, lockfile) => sum + Object.keys(lockfile.packages).length, 0);
  return { problems: lockfiles.flatMap(licenceProblems), note: `${packages} packages` };
}

/** Whether a fresh `npm ci` would accept the lockfile; catches platform packages that the registry does not have. */
export async function checkLockfile(root: string): Promise<StepOutcome> {
  const npm = findNpm(process.env, process.execPath);
  const flags = ["ci", "--dry-run", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--engine-strict=false"];
  const result = await capture(npm.file, [...npm.args, ...flags], root);
  return { problems: result.code === 0 ? [] : [result.output] };
}

/** The steps that read manifests and the lockfile. */
export const dependencySteps = (root: string): readonly Step[] => [
  { name: "versions", run: () => checkManifests(root) },
  { name: "licences", run: () => checkLicences(root) },
  { name: "lockfile", run: () => checkLockfile(root) },
];
