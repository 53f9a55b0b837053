import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FinishedChild, startTestServer, type TestServer } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHome, type Home } from "./run-granary.ts";

let server: TestServer;
let home: Home;
let folder: string;

const pipeline = (name: string, condition: string, extra = ""): string => `name: ${name}
nodes:
  - id: people
    kind: source_rows
    settings:
      columns: [{ name: id, type: integer }]
      rows: [["1"], ["2"]]
  - { id: some, kind: filter, settings: { condition: ${condition} } }
  - { id: kept, kind: to_dataset, settings: { dataset: ${name} rows } }
edges:
  - { from: people, to: some }
  - { from: some, to: kept }
${extra}`;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  home = await createHome(await server.listen());
  folder = join(home.directory, "pipelines", "deep");
  await mkdir(folder, { recursive: true });
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const run = (...args: string[]): Promise<FinishedChild> => home.run(["pipelines", ...args], { env: { GRANARY_API_KEY: server.admin.token } });

describe("a folder of pipelines", () => {
  it("is planned, applied, and applied again without another version", async () => {
    await writeFile(join(folder, "one.yaml"), pipeline("One", "id > 1"));
    await writeFile(join(folder, "two.yml"), pipeline("Two", "id > 0"));
    const planned = await run("plan", join(home.directory, "pipelines"));
    expect(planned).toMatchObject({ code: 0, stderr: "" });
    expect(planned.stdout).toContain("one.yaml: One would be created");
    const applied = await run("apply", join(home.directory, "pipelines"), "--note", "From git");
    expect(applied).toMatchObject({ code: 0, stdout: "One is created, version 1.\nTwo is created, version 1.\n" });
    expect((await run("apply", folder)).stdout).toBe("One is as it was, version 1.\nTwo is as it was, version 1.\n");
    await writeFile(join(folder, "one.yaml"), pipeline("One", "id > 0", "settings: { timeoutS: 60 }\n"));
    const changed = await run("plan", join(folder, "one.yaml"));
    expect(changed.stdout).toMatch(/One would change[\s\S]*~ some[\s\S]*condition: id > 1 -> id > 0[\s\S]*timeoutS/);
    expect((await run("apply", folder)).stdout).toContain("One is changed, version 2.");
    expect((await run("list")).stdout).toMatch(/^(One|Two)\t[12]\t/);
  });

  it("is not applied at all while one file has a fault", async () => {
    await writeFile(join(folder, "bad.yaml"), pipeline("Bad", "nmae = 'x'"));
    await writeFile(join(folder, "good.yaml"), pipeline("Good", "id > 0"));
    const planned = await run("plan", join(folder, "bad.yaml"));
    expect(planned.code).toBe(1);
    expect(planned.stdout).toContain("error: some.condition: There is no column nmae");
    const applied = await run("apply", join(folder, "bad.yaml"), join(folder, "good.yaml"));
    expect(applied.code).toBe(1);
    expect(applied.stderr).toContain("Nothing was changed");
    expect((await run("show", "Good")).code).toBe(5);
    await writeFile(join(folder, "bad.yaml"), "name: [");
    expect((await run("plan", join(folder, "bad.yaml"))).code).toBe(1);
    expect((await run("plan", join(folder, "nowhere"))).code).toBe(2);
  });

  it("goes out as files that change nothing when they come back", async () => {
    const file = join(home.directory, "exported.yaml");
    expect((await run("export", "One", "-o", file)).code).toBe(0);
    expect(await readFile(file, "utf8")).toContain("format: granary/pipeline@1");
    expect((await run("apply", file)).stdout).toBe("One is as it was, version 2.\n");
  });
});

describe("a run", () => {
  it("is followed to its end and ends the command as it ended", async () => {
    const ended = await run("run", "One", "--wait");
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/One #1 succeeded/);
    const started = await run("run", "One", "--parameter", "nothing=1");
    expect(started.code).toBe(1);
    const { body } = await server.request("GET", "/pipelines/One/runs", { as: server.admin });
    const log = await run("logs", body.items[0].id, "--follow");
    expect(log.code).toBe(0);
    expect(log.stdout.length).toBeGreaterThan(0);
  });
});
