import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { capture } from "../run-tool.ts";
import { installStamp, isInstalled, matchesLockfile } from "./install.mjs";
import { smallCheckout, startLauncher, startNpm } from "./small-checkout.ts";

type Report = {
  readonly argv: string[];
  readonly execPath: string;
  readonly cwd: string;
  readonly UV_THREADPOOL_SIZE: string;
  readonly NODE_COMPILE_CACHE: string;
  readonly PATH: string;
};

const builds = (root: string): number => readFileSync(join(root, "builds.log"), "utf8").trim().split("\n").length;
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("a first start", () => {
  test("installs, builds the web application and runs the server under the pinned Node", async () => {
    using checkout = smallCheckout();
    const { code, stdout, stderr } = await startNpm(checkout.path, ["start", "--silent", "--", "--roles=web", "a b"]).ended;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^granary: installing packages.*\ngranary: installed in .*\ngranary: building.*\ngranary: web application built/) as string,
    });
    const report = JSON.parse(stdout) as Report;
    expect(report.argv).toEqual(["--roles=web", "a b"]);
    expect(report.execPath).toBe(realpathSync(process.execPath));
    expect(report.UV_THREADPOOL_SIZE).toBe("16");
    expect(report.NODE_COMPILE_CACHE).toBe(join(checkout.path, ".cache/node"));
    expect(report.PATH.split(":")[0]).toMatch(/node_modules\/node-.*\/bin$/);
    expect(readFileSync(join(checkout.path, "apps/web/dist/index.html"), "utf8")).toBe("<p>built</p>");
    expect(readdirSync(checkout.path).filter((name) => name.startsWith(".granary-lock"))).toEqual([]);
  });

  test("works with ignore-scripts set, without npm's variables, and in production mode", async () => {
    using checkout = smallCheckout();
    writeFileSync(join(checkout.path, ".npmrc"), "ignore-scripts=true\nomit=dev\n");
    const { code } = await startLauncher(checkout.path, ["start"], { env: { NODE_ENV: "production" } }).ended;
    expect(code).toBe(0);
  });

  test("installs once when two start at the same time", async () => {
    using checkout = smallCheckout();
    const both = await Promise.all([startLauncher(checkout.path, ["start"]).ended, startLauncher(checkout.path, ["start"]).ended]);
    expect(both.map((run) => run.code)).toEqual([0, 0]);
    expect(
      both
        .map((run) => run.stderr)
        .join()
        .match(/installing packages/g),
    ).toHaveLength(1);
    expect(builds(checkout.path)).toBe(1);
  });

  test.runIf(process.getuid?.() === 0)("works as an ordinary user whose npm cache belongs to somebody else", async () => {
    using checkout = smallCheckout();
    const home = join(checkout.path, "home");
    mkdirSync(join(home, ".npm/_cacache"), { recursive: true });
    chmodSync(join(home, ".npm"), 0o755);
    const uid = 65_534;
    await capture("chown", ["-R", `${uid}:${uid}`, checkout.path]);
    await capture("chown", ["-R", "0:0", join(home, ".npm")]);
    const { code, stderr } = await startLauncher(checkout.path, ["start"], { uid, env: { HOME: home } }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/npm's cache folder is not writable/) as string });
    expect(stderr).not.toMatch(/npm (error|warn)/i);
  });

  test.runIf(process.getuid?.() === 0)("says what to do in a checkout that cannot be written", async () => {
    using checkout = smallCheckout();
    const { code, stderr } = await startLauncher(checkout.path, ["start"], { uid: 65_534 }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot write to the checkout .*Start as its owner/);
  });

  test("leaves no stamp when the installation fails, and says so", async () => {
    using checkout = smallCheckout();
    const lock = JSON.parse(readFileSync(join(checkout.path, "package-lock.json"), "utf8")) as { packages: Record<string, object> };
    delete lock.packages["node_modules/vite"];
    delete lock.packages["tools/vite"];
    writeFileSync(join(checkout.path, "package-lock.json"), JSON.stringify(lock));
    const { code, stderr } = await startLauncher(checkout.path, ["start"]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/Missing: vite@1.0.0 from lock file[^]*granary: installing failed \(npm ci ended with 1\)/);
    expect(isInstalled(checkout.path)).toBe(false);
  });
});

describe("a later start", () => {
  test("says nothing and does nothing when all is in place", async () => {
    using checkout = smallCheckout();
    await startLauncher(checkout.path, ["start"]).ended;
    const { code, stderr } = await startLauncher(checkout.path, ["start"]).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("installs again when the lockfile changes, and not when npm has already done it", async () => {
    using checkout = smallCheckout();
    await startLauncher(checkout.path, ["whoami"]).ended;
    const lock = readFileSync(join(checkout.path, "package-lock.json"), "utf8");
    writeFileSync(join(checkout.path, "package-lock.json"), `${lock}\n`);
    expect(matchesLockfile(checkout.path)).toBe(true);
    expect((await startLauncher(checkout.path, ["whoami"]).ended).stderr).toBe("");
    rmSync(join(checkout.path, "node_modules/vite"));
    rmSync(join(checkout.path, "node_modules/.granary-installed"));
    expect(matchesLockfile(checkout.path)).toBe(false);
    expect((await startLauncher(checkout.path, ["whoami"]).ended).stderr).toMatch(/installing packages/);
    expect(readFileSync(join(checkout.path, "node_modules/.granary-installed"), "utf8").trim()).toBe(installStamp(checkout.path));
  });

  test("builds again when a source of the web application changes, not when a test does", async () => {
    using checkout = smallCheckout();
    await startLauncher(checkout.path, ["start"]).ended;
    checkout.write({ "apps/web/src/page.test.tsx": "export {};\n" });
    await startLauncher(checkout.path, ["start"]).ended;
    expect(builds(checkout.path)).toBe(1);
    checkout.write({ "packages/protocol/src/routes.ts": "export {};\n" });
    await startLauncher(checkout.path, ["start"]).ended;
    expect(builds(checkout.path)).toBe(2);
    rmSync(join(checkout.path, "apps/web/dist"), { recursive: true });
    await startLauncher(checkout.path, ["start"]).ended;
    expect(builds(checkout.path)).toBe(3);
  });
});

describe("commands", () => {
  test("passes exit codes on", async () => {
    using checkout = smallCheckout();
    expect((await startLauncher(checkout.path, ["cli", "exit", "7"]).ended).code).toBe(7);
    expect((await startLauncher(checkout.path, ["admin", "exit", "8"]).ended).code).toBe(8);
    expect((await startNpm(checkout.path, ["start", "--silent", "--", "exit", "9"]).ended).code).toBe(9);
  });

  test("hands anything else to the command line client, in the caller's folder and with clean output", async () => {
    using checkout = smallCheckout();
    await startLauncher(checkout.path, ["cli", "exit", "0"]).ended;
    const { stdout } = await startLauncher(checkout.path, ["whoami", "--json"], { cwd: "/" }).ended;
    expect(JSON.parse(stdout)).toMatchObject({ argv: ["whoami", "--json"], cwd: "/" });
    expect(existsSync(join(checkout.path, "apps/web/dist"))).toBe(false);
  });

  test("lists benchmarks and refuses a name that is none", async () => {
    using checkout = smallCheckout();
    expect(await startLauncher(checkout.path, ["bench"]).ended).toMatchObject({ code: 1, stderr: "granary: name a benchmark; known: small\n" });
    expect(await startLauncher(checkout.path, ["bench", "../apps/server"]).ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no benchmark") as string,
    });
    expect((await startLauncher(checkout.path, ["bench", "small", "x"]).ended).code).toBe(0);
  });

  test("explains itself without installing anything", async () => {
    using checkout = smallCheckout();
    const { code, stdout } = await startLauncher(checkout.path, ["--help"]).ended;
    expect(code).toBe(0);
    for (const word of ["start", "admin", "test", "check", "bench"]) expect(stdout).toMatch(new RegExp(`^  ${word} `, "m"));
    expect(existsSync(join(checkout.path, "node_modules"))).toBe(false);
  });
});

describe("signals", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("forwards %s once and waits for a graceful end", async (signal) => {
    using checkout = smallCheckout();
    const run = startLauncher(checkout.path, ["start", "wait"]);
    await run.until(/waiting (\d+)/);
    process.kill(run.pid, signal);
    await run.until(new RegExp(`got ${signal}`));
    process.kill(run.pid, signal);
    const { code, stdout } = await run.ended;
    expect(code).toBe(0);
    expect(stdout.match(/got/g)).toHaveLength(1);
  });

  test("stops the server when npm is told to stop", async () => {
    using checkout = smallCheckout();
    const run = startNpm(checkout.path, ["start", "--silent", "--", "wait"]);
    const server = Number((await run.until(/waiting (\d+)/))[1]);
    process.kill(run.pid, "SIGTERM");
    const { stdout } = await run.ended;
    expect(stdout).toContain("got SIGTERM");
    expect(isAlive(server)).toBe(false);
  });

  test("answers 128 plus the signal when the server is killed", async () => {
    using checkout = smallCheckout();
    const run = startLauncher(checkout.path, ["start", "wait"]);
    process.kill(Number((await run.until(/waiting (\d+)/))[1]), "SIGKILL");
    expect((await run.ended).code).toBe(137);
  });
});

describe("the lock", () => {
  const plant = (root: string, owner: object): void => {
    mkdirSync(join(root, ".granary-lock"));
    writeFileSync(join(root, ".granary-lock/owner.json"), JSON.stringify(owner));
  };

  test("is taken over from a process that is gone, by one of several waiters", async () => {
    using checkout = smallCheckout();
    plant(checkout.path, { pid: 2 ** 22 + 1, host: hostname(), process: "" });
    const all = await Promise.all([1, 2, 3].map(() => startLauncher(checkout.path, ["start"]).ended));
    expect(all.map((run) => run.code)).toEqual([0, 0, 0]);
    expect(
      all
        .map((run) => run.stderr)
        .join()
        .match(/installing packages/g),
    ).toHaveLength(1);
  });

  test.runIf(process.platform === "linux")("is taken over when the owner's number now belongs to another process", async () => {
    using checkout = smallCheckout();
    plant(checkout.path, { pid: process.pid, host: hostname(), process: "another boot:1" });
    expect((await startLauncher(checkout.path, ["start"]).ended).code).toBe(0);
  });

  test("is waited for while its owner lives, saying so", async () => {
    using checkout = smallCheckout();
    plant(checkout.path, { pid: process.pid, host: hostname(), process: "" });
    const run = startLauncher(checkout.path, ["start"]);
    await run.until(new RegExp(`another start \\(process ${process.pid}\\) is preparing this checkout`));
    expect(existsSync(join(checkout.path, "node_modules"))).toBe(false);
    rmSync(join(checkout.path, ".granary-lock"), { recursive: true });
    expect((await run.ended).code).toBe(0);
  });
});
