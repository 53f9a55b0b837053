import { notify } from "@granary/core/notifications";
import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let ben: TestUser;
let cleo: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  ben = await server.user({ name: "Ben" });
  cleo = await server.user({ name: "Cleo", roles: ["data_engineer"] });
});
afterAll(() => server[Symbol.asyncDispose]());

async function tell(input: Parameters<typeof notify>[1]): Promise<number> {
  return (await server.ctx()).tx((ctx) => notify(ctx, input));
}

const list = async (user: TestUser, query = "") => (await server.request("GET", `/notifications${query}`, { as: user })).body;

describe("notifications", () => {
  it("answers 401 without a sign-in", async () => {
    expect((await server.request("GET", "/notifications")).status).toBe(401);
    expect((await server.request("POST", "/notifications/read", { body: { all: true } })).status).toBe(401);
  });

  it("are seen and read by their owner alone", async () => {
    await tell({ to: { userIds: [ben.id, ben.id] }, kind: "job.failed", title: "First", link: "/jobs" });
    await tell({ to: { userIds: [ben.id] }, kind: "job.failed", title: "Second" });
    const mine = await list(ben);
    expect(mine).toMatchObject({ unread: 2, items: [{ title: "Second" }, { title: "First", link: "/jobs" }] });
    expect(await list(cleo)).toMatchObject({ unread: 0, items: [] });
    const ids = [mine.items[0].id];
    expect(await server.request("POST", "/notifications/read", { as: cleo, body: { ids } })).toMatchObject({ status: 200 });
    expect(await list(ben)).toMatchObject({ unread: 2 });
    expect(await server.request("POST", "/notifications/read", { as: ben, body: { ids } })).toMatchObject({ status: 200, body: { unread: 1 } });
    expect(await list(ben, "?unread=true")).toMatchObject({ items: [{ title: "First" }] });
    expect(await server.request("POST", "/notifications/read", { as: ben, body: { all: true } })).toMatchObject({ status: 200, body: { unread: 0 } });
  });

  it("go to the holders of a permission, also through a group, and to nobody inactive", async () => {
    const dora = await server.user({ name: "Dora" });
    const emil = await server.user({ name: "Emil", roles: ["data_engineer"] });
    await server.services.database.tx("system", async (db) => {
      await db
        .insertInto("groups")
        .values({ id: "grp_1", workspace_id: server.workspace.id, name: "Builders", roles: ["executor"] })
        .execute();
      await db.insertInto("group_members").values({ workspace_id: server.workspace.id, group_id: "grp_1", user_id: dora.id }).execute();
      await db.updateTable("users").set({ status: "inactive" }).where("id", "=", emil.id).execute();
    });
    // Ada the administrator, Cleo, and Dora through her group.
    expect(await tell({ to: { permission: "job:read" }, kind: "job.failed", title: "For many" })).toBe(3);
    expect(await list(dora)).toMatchObject({ items: [{ title: "For many" }] });
    expect((await list(ben)).items.map((item: { title: string }) => item.title)).not.toContain("For many");
  });

  it("stay in their workspace", async () => {
    const other = await server.newWorkspace();
    expect(await tell({ to: { userIds: [server.admin.id] }, kind: "job.failed", title: "Here" })).toBe(1);
    const there = await server.request("GET", "/notifications", { as: server.admin, workspace: other });
    expect(there.body.items).toEqual([]);
  });

  it("vanish with a transaction that fails", async () => {
    const ctx = await server.ctx();
    const failed = ctx.tx(async (ctx) => {
      await notify(ctx, { to: { userIds: [cleo.id] }, kind: "job.failed", title: "Undone" });
      throw new Error("undo");
    });
    await expect(failed).rejects.toThrow("undo");
    expect(JSON.stringify(await list(cleo))).not.toContain("Undone");
  });

  it("are cut to what a notice can carry, and refuse a link to elsewhere", async () => {
    await tell({ to: { userIds: [cleo.id] }, kind: "job.failed", title: "\u0001".repeat(5_000), body: "😀".repeat(5_000) });
    expect((await list(cleo)).items[0].title).toHaveLength(200);
    await expect(tell({ to: { userIds: [cleo.id] }, kind: "job.failed", title: "x", link: "https://evil.example" })).rejects.toThrow(/link/);
  });

  it("refuse a body that names neither ids nor all", async () => {
    expect(await server.request("POST", "/notifications/read", { as: ben, body: {} })).toMatchObject({ status: 400 });
    expect(await server.request("POST", "/notifications/read", { as: ben, body: { ids: ["nonsense"] } })).toMatchObject({ status: 400 });
  });
});
