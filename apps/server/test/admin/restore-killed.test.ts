import { connectOwner, type ConnectionOptions } from "@granary/db";
import { createTestDatabase } from "@granary/testkit";
import { expect, test, vi } from "vitest";
import { createSite, PATIENCE_MS } from "./run-admin.ts";

vi.setConfig({ testTimeout: PATIENCE_MS });

function urlOf(connection: ConnectionOptions): string {
  return `postgresql://${connection.user}@/${connection.database}?host=${encodeURIComponent(connection.host ?? "")}`;
}

async function slugs(connection: ConnectionOptions): Promise<readonly string[]> {
  await using client = await connectOwner(connection, "test");
  return (await client.query<{ slug: string }>("select slug from workspaces order by slug")).rows.map((row) => row.slug);
}

async function fill(connection: ConnectionOptions, slug: string): Promise<void> {
  await using client = await connectOwner(connection, "test");
  await client.query("insert into workspaces (id, slug, name) values ($1, $1, $1)", [slug]);
}

/** Whether the restore waits for a lock, asked until it does. */
async function waitsForLock(connection: ConnectionOptions): Promise<void> {
  await using client = await connectOwner(connection, "test");
  for (;;) {
    const { rows } = await client.query(
      "select from pg_stat_activity where datname = current_database() and application_name = 'granary restore' and wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
  }
}

test("keeps the old data when it is killed in the middle, and works when it is run again", async () => {
  await using site = await createSite();
  await using source = await createTestDatabase();
  await using target = await createTestDatabase();
  await fill(source.connection, "from-backup");
  await fill(target.connection, "old");
  expect((await site.admin(["backup", site.path("backup")], { env: { DATABASE_URL: urlOf(source.connection) } })).code).toBe(0);
  const env = { DATABASE_URL: urlOf(target.connection) };
  const args = ["restore", site.path("backup"), "--replace", "--yes"];
  {
    await using blocker = await connectOwner(target.connection, "test");
    await blocker.query("begin");
    await blocker.query("lock table users in access share mode");
    const running = site.startAdmin(args, { env });
    await waitsForLock(target.connection);
    running.child.kill("SIGKILL");
    await running.finished;
    expect(await slugs(target.connection)).toEqual(["old"]);
  }
  expect(await slugs(target.connection)).toEqual(["old"]);
  expect(await site.admin([...args, "--backup-to", site.path("kept")], { env })).toMatchObject({ code: 0 });
  expect(await slugs(target.connection)).toEqual(["from-backup"]);
});

test("refuses while a program uses the database, naming it", async () => {
  await using site = await createSite();
  await using target = await createTestDatabase();
  await fill(target.connection, "old");
  const env = { DATABASE_URL: urlOf(target.connection) };
  expect((await site.admin(["backup", site.path("backup")], { env })).code).toBe(0);
  await using _program = await connectOwner(target.connection, "granary");
  const refused = await site.admin(["restore", site.path("backup"), "--replace", "--yes"], { env });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/in use by granary \(process \d+\)/) });
});
