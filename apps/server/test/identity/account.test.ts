import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage[Symbol.asyncDispose]());

async function signedIn(roles?: string[]) {
  const person = await stage.person(roles === undefined ? {} : { roles });
  return { ...person, token: (await stage.signIn(person.email)).body.accessToken as string };
}

describe("the own account", () => {
  it("keeps preferences that are not named, and counts versions", async () => {
    const { id, token } = await signedIn();
    const before = await stage.send("GET", "/users/me", undefined, token);
    expect(before.headers["etag"]).toBe('"1"');
    expect(before.body.preferences).toEqual({
      theme: "system",
      contrast: "normal",
      fontSize: "normal",
      timeZone: null,
      locale: null,
      dateFormat: "locale",
      notifications: { jobs: true, changes: true, alerts: true, email: false },
    });
    const patch = (body: unknown, version?: number) =>
      stage.server.request("PATCH", "/users/me", { as: token, body, ...(version === undefined ? {} : { version }) });
    const first = await patch({ preferences: { theme: "dark", notifications: { email: true } } }, 1);
    expect(first.body).toMatchObject({ version: 2, preferences: { theme: "dark", contrast: "normal", notifications: { jobs: true, email: true } } });
    const second = await patch({ name: "  Ω Ümlaut  ", preferences: { timeZone: "Europe/Zurich", locale: "de-CH" } }, 2);
    expect(second.body).toMatchObject({ name: "Ω Ümlaut", version: 3, preferences: { theme: "dark", timeZone: "Europe/Zurich", locale: "de-CH" } });
    expect((await patch({ name: "x" })).status).toBe(428);
    const stale = await patch({ name: "Stale" }, 1);
    expect([stale.status, stale.body.code, stale.body.current.version]).toEqual([409, "edit.conflict", 3]);
    const events = (await stage.events(id)).filter((event) => event.type === "user.updated_profile");
    expect(events).toHaveLength(2);
    expect(events[1]?.data).toMatchObject({ before: { preferences: { timeZone: null } }, after: { preferences: { timeZone: "Europe/Zurich" } } });
  });

  it("refuses what is not a preference", async () => {
    const { token } = await signedIn();
    const answer = await stage.server.request("PATCH", "/users/me", {
      as: token,
      version: 1,
      body: { email: "other@example.com", preferences: { theme: "pink", timeZone: "Mars/Olympus", locale: "!!", instanceAdmin: true } },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((issue: { path: string }) => issue.path).sort()).toEqual([
      "body.email",
      "body.preferences.instanceAdmin",
      "body.preferences.locale",
      "body.preferences.theme",
      "body.preferences.timeZone",
    ]);
    expect((await stage.server.request("PATCH", "/users/me", { as: token, version: 1, body: {} })).status).toBe(400);
    expect((await stage.send("GET", "/users/me")).status).toBe(401);
  });
});

describe("session info", () => {
  it("tells everything a page needs in one answer, by GET and by POST", async () => {
    const { id, email, token } = await signedIn(["data_analyst"]);
    const info = await stage.send("GET", "/users/me/session-info", undefined, token);
    expect(info.body).toMatchObject({
      user: { id, email },
      workspaces: [{ id: stage.server.workspace.id, slug: stage.server.workspace.slug }],
      workspace: { id: stage.server.workspace.id },
      roles: ["data_analyst"],
      restriction: null,
      session: { idleTimeout: 1_800, remember: false },
      mode: "development",
      mail: "outbox",
      developerInProduction: null,
      developerLimited: false,
    });
    expect(info.body.permissions).toContain("sql:run");
    expect(info.body.navigation.map((item: { id: string }) => item.id)).toContain("datasets");
    expect(info.body.navigation.map((item: { id: string }) => item.id)).not.toContain("settings");
    expect(info.body.features).toMatchObject({ runSql: true, administerInstance: false });
    expect((await stage.send("POST", "/users/me/session-info", undefined, token)).body).toEqual(info.body);
    expect((await stage.send("GET", "/users/me/session-info")).status).toBe(401);
  });

  it("tells the workspace that was asked for, and none that is foreign", async () => {
    const { token } = await signedIn();
    const foreign = await stage.server.newWorkspace();
    const ask = (workspace: string) => stage.server.request("GET", "/users/me/session-info", { as: token, workspace });
    expect((await ask(stage.server.workspace.slug)).body.workspace.id).toBe(stage.server.workspace.id);
    expect([(await ask(foreign.id)).status, (await ask("ws_nothing")).status]).toEqual([404, 404]);
    const admin = await stage.send("GET", "/users/me/session-info", undefined, stage.server.admin.token);
    expect(admin.body.workspaces.map((workspace: { id: string }) => workspace.id)).toContain(foreign.id);
  });

  it("shows in production whether developers are limited, and until when they are not", async () => {
    await using production = await openStage({
      GRANARY_MODE: "production",
      GRANARY_PUBLIC_URL: "https://granary.test",
      GRANARY_ACCESS_TOKEN_LIFETIME: "40000",
    });
    const { email } = await production.person({ roles: ["developer"] });
    const answer = await production.signIn(email);
    const token = answer.body.accessToken;
    expect(String(answer.headers["set-cookie"])).toContain("Secure");
    const info = async () => (await production.send("GET", "/users/me/session-info", undefined, token)).body;
    expect(await info()).toMatchObject({ mode: "production", developerLimited: true, developerInProduction: null });
    const until = new Date(production.now().getTime() + 3_600_000).toISOString();
    await production.sql("insert into instance_settings (key, value) values ('developer_in_production', $1)", [JSON.stringify({ until, reason: "release" })]);
    expect(await info()).toMatchObject({ developerLimited: false, developerInProduction: { until } });
    production.advance(1_700);
    await info();
    production.advance(1_700);
    await production.sql("update sessions set last_seen_at = $1", [production.now()]);
    production.advance(300);
    expect(await info()).toMatchObject({ developerLimited: true, developerInProduction: null });
  });
});

describe("round trips", () => {
  it("are at most three for an authenticated answer", async () => {
    const { token } = await signedIn();
    const { database } = stage.server.services;
    let statements = 0;
    const counting = new Proxy(database, {
      get(target, name, receiver) {
        if (name !== "reader") return Reflect.get(target, name, receiver) as unknown;
        return (scope: Parameters<typeof database.reader>[0]) =>
          new Proxy(target.reader(scope), {
            get(reader, key) {
              const value = Reflect.get(reader, key) as unknown;
              if (key === "selectFrom" || key === "getExecutor" || key === "executeQuery") statements += 1;
              return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(reader) : value;
            },
          });
      },
    });
    Object.assign(stage.server.services, { database: counting });
    try {
      await stage.send("GET", "/users/me/session-info", undefined, token);
      expect(statements).toBe(3);
    } finally {
      Object.assign(stage.server.services, { database });
    }
  });
});
