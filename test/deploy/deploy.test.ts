import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { validate } from "dockerfile-utils";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

type Instruction = { readonly name: string; readonly rest: string };
type Stage = { readonly image: string; readonly instructions: readonly Instruction[] };

/** Instructions in order, continued lines joined, comments dropped. */
function instructions(dockerfile: string): readonly Instruction[] {
  const lines = dockerfile.replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n\s*/g, " ");
  return [...lines.matchAll(/^([A-Z]+)\s+(.*)$/gm)].map(([, name = "", rest = ""]) => ({ name, rest }));
}

function stages(dockerfile: string): readonly Stage[] {
  const found: { image: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions(dockerfile)) {
    if (instruction.name === "FROM") found.push({ image: instruction.rest.split(" ")[0] ?? "", instructions: [] });
    else found.at(-1)?.instructions.push(instruction);
  }
  return found;
}

/** What is wrong with a Dockerfile by the rules of this house. */
function dockerfileProblems(dockerfile: string): readonly string[] {
  const all = stages(dockerfile);
  const last = all.at(-1)?.instructions ?? [];
  const of = (name: string): string => last.findLast((each) => each.name === name)?.rest ?? "";
  const names = new Set([...dockerfile.matchAll(/^FROM \S+ AS (\S+)/gm)].map((match) => match[1]));
  const images = all.map((stage) => stage.image).filter((image) => !names.has(image));
  const settings = instructions(dockerfile).filter((each) => each.name === "ENV" || each.name === "ARG");
  return [
    ...validate(dockerfile).map((found) => `line ${found.range.start.line + 1}: ${found.message}`),
    ...(all.length > 1 ? [] : ["one stage only"]),
    ...(/^[1-9]\d*(:\d+)?$/.test(of("USER")) ? [] : ["the last USER is not a numbered ordinary user"]),
    ...(of("HEALTHCHECK").includes("/health/live") && !/curl|wget/.test(of("HEALTHCHECK")) ? [] : ["no HEALTHCHECK of /health/live by node"]),
    ...images.filter((image) => !/:[\w.-]+$/.test(image) || image.endsWith(":latest")).map((image) => `${image} has no fixed tag`),
    ...settings.filter((each) => /(PASSWORD|SECRET|TOKEN|DATABASE_URL|_KEY)\b/.test(each.rest)).map((each) => `a secret in ${each.name} ${each.rest}`),
    ...(/^ADD |curl .*\|\s*(ba)?sh/m.test(dockerfile) ? ["downloads something unchecked"] : []),
  ];
}

describe("deploy/Dockerfile", () => {
  const dockerfile = read("deploy/Dockerfile");

  test("passes the linter and the rules of the house", () => {
    expect(dockerfileProblems(dockerfile)).toEqual([]);
  });

  test.each([
    ["an unknown instruction", (text: string) => text.replace("WORKDIR", "WORKDRI"), /WORKDRI/],
    ["a root user", (text: string) => text.replace("USER 10001:10001", "USER root"), /USER/],
    ["no health check", (text: string) => text.replace(/HEALTHCHECK[^]*?\n {2}CMD.*\n/, ""), /HEALTHCHECK/],
    ["an image without a fixed tag", (text: string) => text.replace("debian:bookworm-slim", "debian:latest"), /fixed tag/],
    ["a secret", (text: string) => text.replace("GRANARY_DATA=/data", "GRANARY_SECRET_KEY=abc"), /a secret/],
  ])("is refused with %s", (_, plant, reason) => {
    expect(plant(dockerfile)).not.toBe(dockerfile);
    expect(dockerfileProblems(plant(dockerfile)).join("\n")).toMatch(reason);
  });

  test("copies the manifest of every workspace before it installs", () => {
    const missing = globSync("{apps,packages}/*/package.json", { cwd: root }).filter((path) => !dockerfile.includes(`COPY ${path} `));
    expect(missing).toEqual([]);
  });

  test("copies only what .dockerignore lets through", () => {
    const allowed = read(".dockerignore").split("\n");
    expect(allowed[0]).toBe("**");
    const sources = stages(dockerfile)
      .flatMap((stage) => stage.instructions)
      .filter((each) => each.name === "COPY" && !each.rest.includes("--from="))
      .flatMap((each) => each.rest.split(" ").slice(0, -1));
    const covered = (path: string): boolean =>
      allowed.some((line) => line.startsWith(`!${path.replace(/^(apps|packages)\/[a-z]+/, "$1/*")}`) || line.startsWith(`!${path}`));
    expect(sources.filter((path) => !covered(path))).toEqual([]);
    expect(allowed.filter((line) => /^!.*(node_modules|\.git|\.env|\.granary|secrets|\*\*)/.test(line))).toEqual([]);
  });
});

type Service = {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

describe("deploy/compose.yaml", () => {
  const compose = parse(read("deploy/compose.yaml")) as Compose;
  const services = Object.entries(compose.services);

  test("runs Granary on PostgreSQL 18 and waits until it is healthy", () => {
    expect(compose.services.database?.image).toBe("postgres:18");
    expect(compose.services.granary?.depends_on).toEqual({ database: { condition: "service_healthy" } });
  });

  test.each(services)("locks %s down", (_, service) => {
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.security_opt).toContain("no-new-privileges:true");
    expect(service.healthcheck.test.join(" ")).not.toMatch(/curl|wget/);
    expect(service.image).not.toMatch(/latest/);
  });

  test.each(services)("gives %s its secrets as files", (_, service) => {
    expect(service.secrets.length).toBeGreaterThan(0);
    for (const name of service.secrets) expect(compose.secrets[name]?.file).toBe(`./secrets/${name}`);
    const open = Object.keys(service.environment).filter((name) => /PASSWORD|SECRET|KEY|DATABASE_URL/.test(name) && !name.endsWith("_FILE"));
    expect(open).toEqual([]);
  });

  test("keeps data in named volumes and publishes on this machine alone", () => {
    const mounted = services.flatMap(([, service]) => service.volumes.map((volume) => volume.split(":")[0] ?? ""));
    expect(mounted.sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(services.flatMap(([, service]) => service.ports ?? [])).toEqual(["127.0.0.1:${GRANARY_PUBLISHED_PORT:-4400}:4400"]);
  });

  test("names only settings that exist", () => {
    const known = read("docs/reference/configuration.md");
    const named = [...Object.keys(compose.services.granary?.environment ?? {}), ...(compose.services.granary?.secrets ?? [])];
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

test("make-secrets.sh writes every secret of the compose file once", () => {
  const folder = mkdtempSync(join(tmpdir(), "granary-deploy-"));
  try {
    cpSync(join(root, "deploy/make-secrets.sh"), join(folder, "make-secrets.sh"));
    execFileSync(join(folder, "make-secrets.sh"));
    const contents = (): Record<string, string> =>
      Object.fromEntries(readdirSync(join(folder, "secrets")).map((name) => [name, readFileSync(join(folder, "secrets", name), "utf8")]));
    const first = contents();
    expect(Object.keys(first).sort()).toEqual(Object.keys((parse(read("deploy/compose.yaml")) as Compose).secrets).sort());
    expect(first.DATABASE_URL).toContain(first["postgres-password"]?.trim());
    expect(statSync(join(folder, "secrets")).mode & 0o777).toBe(0o700);
    execFileSync(join(folder, "make-secrets.sh"));
    expect(contents()).toEqual(first);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
