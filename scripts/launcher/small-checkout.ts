import { spawn } from "node:child_process";
import { chmodSync, cpSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../run-tool.ts";
import { type Scratch, scratchFolder } from "../test/scratch.ts";
import { findNpm } from "./npm.mjs";
import { pinnedNodePath } from "./runtime.mjs";

const VITE = `import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
const outDir = process.argv[process.argv.indexOf("--outDir") + 1];
mkdirSync(outDir, { recursive: true });
writeFileSync(outDir + "/index.html", "<p>built</p>");
appendFileSync("../../builds.log", "built\\n");
`;

const SERVER = `const [mode, ...args] = process.argv.slice(2);
if (mode === "exit") process.exit(Number(args[0]));
if (mode === "wait") {
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => { console.log("got " + signal); setTimeout(() => process.exit(0), 300); });
  setInterval(() => {}, 1000);
  console.log("waiting " + process.pid);
} else {
  const { UV_THREADPOOL_SIZE, NODE_COMPILE_CACHE, PATH } = process.env;
  console.log(JSON.stringify({ argv: process.argv.slice(2), execPath: process.execPath, cwd: process.cwd(), UV_THREADPOOL_SIZE, NODE_COMPILE_CACHE, PATH }));
}
`;

const toolPackage = (name: string): string => JSON.stringify({ name, version: "1.0.0", private: true });

/**
 * A checkout small enough to install in a test without a network: the real launcher, real npm, and three
 * workspace packages that stand where the registry's would (the pinned Node among them).
 */
export function smallCheckout(): Scratch {
  const scratch = scratchFolder();
  const nodePackage = pinnedNodePath(process.platform, process.arch).split("/")[1] ?? "";
  scratch.write({
    "package.json": JSON.stringify({
      name: "granary",
      version: "0.1.0",
      private: true,
      type: "module",
      workspaces: ["tools/*"],
      scripts: { start: "node scripts/granary.mjs start", check: "node scripts/granary.mjs check" },
    }),
    [`tools/${nodePackage}/package.json`]: toolPackage(nodePackage),
    [`tools/${nodePackage}/bin/README`]: "",
    "tools/vite/package.json": JSON.stringify({ name: "vite", version: "1.0.0", private: true, type: "module" }),
    "tools/vite/bin/vite.js": VITE,
    "package-lock.json": JSON.stringify({
      name: "granary",
      version: "0.1.0",
      lockfileVersion: 3,
      packages: {
        "": { name: "granary", version: "0.1.0", workspaces: ["tools/*"] },
        [`node_modules/${nodePackage}`]: { resolved: `tools/${nodePackage}`, link: true },
        "node_modules/vite": { resolved: "tools/vite", link: true },
        [`tools/${nodePackage}`]: { version: "1.0.0" },
        "tools/vite": { version: "1.0.0" },
      },
    }),
    "apps/server/src/main.ts": SERVER,
    "apps/cli/src/granary.ts": SERVER,
    "apps/server/src/admin/main.ts": SERVER,
    "apps/web/src/main.tsx": "export {};\n",
    "packages/client/src/index.ts": "export {};\n",
    "packages/protocol/src/index.ts": "export {};\n",
    "packages/kernel/src/index.ts": "export {};\n",
    "benchmarks/small/run.ts": SERVER,
  });
  for (const name of ["scripts/granary.mjs", "scripts/launcher", "granary", ".npmrc"]) cpSync(join(ROOT, name), join(scratch.path, name), { recursive: true });
  symlinkSync(realpathSync(process.execPath), join(scratch.path, `tools/${nodePackage}/bin/node`));
  chmodSync(scratch.path, 0o755);
  return scratch;
}

export type Started = {
  readonly pid: number;
  /** Resolves once the collected output matches; rejects when the program ends first. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when the program and everything that holds its output have ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
};

export type StartOptions = { readonly env?: NodeJS.ProcessEnv; readonly uid?: number; readonly cwd?: string };

/** Starts a program with its output collected. */
function startProgram(file: string, args: readonly string[], options: StartOptions & { readonly cwd: string }): Started {
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  const child = spawn(file, args, { cwd: options.cwd, env: { ...cleanEnvironment(), ...options.env }, stdio: ["ignore", "pipe", "pipe"], ...identity });
  const output = { stdout: "", stderr: "" };
  let isClosed = false;
  const listeners = new Set<() => void>();
  const notify = (): void => listeners.forEach((listener) => listener());
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Buffer) => {
      output[name] += chunk.toString("utf8");
      notify();
    });
  }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      isClosed = true;
      notify();
      resolve({ code, ...output });
    });
  });
  return {
    pid: child.pid ?? 0,
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
          if (match === null && !isClosed) return;
          listeners.delete(look);
          if (match === null) reject(new Error(`ended without ${String(pattern)}: ${output.stdout}${output.stderr}`));
          else resolve(match);
        };
        listeners.add(look);
        look();
      }),
  };
}

/** The environment of a person's shell: nothing of the npm or vitest that runs this test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NPM_|VITEST|NODE_|UV_|TEST$)/.test(name));
  return Object.fromEntries(kept);
}

/** Starts the launcher of a checkout as a person would: `./granary <args>`. */
export function startLauncher(checkout: string, args: readonly string[], options: StartOptions = {}): Started {
  return startProgram(join(checkout, "granary"), args, { cwd: checkout, ...options });
}

/** Starts `npm <args>` in a checkout. */
export function startNpm(checkout: string, args: readonly string[], options: StartOptions = {}): Started {
  const npm = findNpm(process.env, process.execPath);
  return startProgram(npm.file, [...npm.args, ...args], { cwd: checkout, ...options });
}
