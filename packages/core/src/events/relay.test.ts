import { connectOwner, type Database, openDatabase } from "@granary/db";
import { type Id, newId, silentLogger } from "@granary/kernel";
import { createTestDatabase, type TestDatabase } from "@granary/testkit/postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordEvent, systemPrincipal } from "../context/index.ts";
import { drainBacklog, lastEventPosition, placeEvents, readEventsAfter, startEventRelay, verifyChain } from "./index.ts";

let target: TestDatabase;
let database: Database;
const here = newId("workspace");
const there = newId("workspace");

beforeEach(async () => {
  target = await createTestDatabase();
  database = openDatabase({ connection: target.connection, log: silentLogger });
  await database.tx("system", async (tx) => {
    await tx
      .insertInto("workspaces")
      .values([
        { id: here, slug: "here", name: "Here" },
        { id: there, slug: "there", name: "There" },
      ])
      .execute();
  });
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
});

async function note(label: string, workspaceId: Id<"workspace"> | null = here, hold: Promise<void> = Promise.resolve()): Promise<void> {
  const origin = { principal: systemPrincipal(workspaceId), request: { id: newId("request"), ip: "10.0.0.1", userAgent: null }, now: new Date() };
  await database.tx(workspaceId === null ? "system" : { workspaceId }, async (tx) => {
    await recordEvent(tx, origin, {
      type: "settings.updated",
      subject: { id: "sign_up", label },
      data: { text: 'naïve \u0001 "quoted"', number: 1.5, list: [null] },
    });
    await hold;
  });
}

async function labels(after = 0, workspaceId?: Id<"workspace"> | null): Promise<string[]> {
  return (await readEventsAfter(database, after, 1_000, workspaceId)).map((event) => event.subject.label);
}

async function asOwner(statement: string): Promise<void> {
  await using client = await connectOwner(target.connection, "test");
  await client.query(statement);
}

test("gives positions without gaps and empties the backlog", async () => {
  for (const label of ["one", "two", "three"]) await note(label);
  expect(await labels()).toEqual([]);
  expect([await placeEvents(database, 2), await placeEvents(database, 2), await placeEvents(database, 2)]).toEqual([2, 1, 0]);
  expect(await labels()).toEqual(["one", "two", "three"]);
  expect(await lastEventPosition(database)).toBe(3);
});

test("places an event that was committed later after those committed before it", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = note("begun first", here, gate.promise);
  await note("committed first");
  await drainBacklog(database);
  gate.resolve();
  await slow;
  await drainBacklog(database);
  expect(await labels()).toEqual(["committed first", "begun first"]);
});

test("places each event once when several processes place at the same time", async () => {
  await Promise.all(Array.from({ length: 30 }, (_, index) => note(`event ${index}`)));
  const placed = await Promise.all(Array.from({ length: 6 }, () => placeEvents(database, 7)));
  expect(placed.every((count) => count === -1 || count === 7 || count === 2)).toBe(true);
  await drainBacklog(database);
  const events = await readEventsAfter(database, 0, 1_000);
  expect(events.map((event) => event.position)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  expect(new Set(events.map((event) => event.id)).size).toBe(30);
});

test("reads the events of one workspace, of none, or of all", async () => {
  await note("mine");
  await note("theirs", there);
  await note("nobody's", null);
  await drainBacklog(database);
  expect(await labels(0, here)).toEqual(["mine"]);
  expect(await labels(0, there)).toEqual(["theirs"]);
  expect(await labels(0, null)).toEqual(["nobody's"]);
  expect(await labels(1)).toEqual(["theirs", "nobody's"]);
});

test("tells listeners the last position, as soon as an event is committed", async () => {
  const heard = Promise.withResolvers<string>();
  await using _subscription = await database.listener.subscribe("granary_events", heard.resolve);
  await using _relay = await startEventRelay({ database, log: silentLogger, pollMs: 600_000 });
  await note("wanted");
  expect(await heard.promise).toBe("1");
  expect(await labels()).toEqual(["wanted"]);
});

test("places what was committed while no relay ran", async () => {
  await note("before");
  const heard = Promise.withResolvers<string>();
  await using _subscription = await database.listener.subscribe("granary_events", heard.resolve);
  await using _relay = await startEventRelay({ database, log: silentLogger, pollMs: 600_000 });
  expect(await heard.promise).toBe("1");
});

test("goes on by itself after its connections were cut", async () => {
  await using _relay = await startEventRelay({ database, log: silentLogger, pollMs: 600_000 });
  await note("before");
  await expect.poll(() => lastEventPosition(database), { timeout: 20_000 }).toBe(1);
  await asOwner("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
  await expect
    .poll(
      () =>
        note("after").then(
          () => true,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true);
  await expect.poll(() => lastEventPosition(database).catch(() => 0), { timeout: 20_000 }).toBeGreaterThan(1);
});

test("finds the chain whole, in parts and in all, whatever the session's time zone", async () => {
  for (const label of ["one", "two", "three", "four"]) await note(label);
  await asOwner(`alter database ${target.connection.database} set timezone to 'Asia/Kathmandu'`);
  await drainBacklog(database);
  const all = await verifyChain(database, { after: 0, limit: 100 });
  expect(all).toMatchObject({ ok: true, checked: 4, first: 1, last: 4, complete: true, broken: null });
  const part = await verifyChain(database, { after: 1, limit: 2 });
  expect(part).toMatchObject({ ok: true, checked: 2, first: 2, last: 3, complete: false });
  expect(await verifyChain(database, { after: 3, limit: 100 })).toMatchObject({ ok: true, checked: 1, head: all.head });
  expect(await verifyChain(database, { after: 9, limit: 100 })).toMatchObject({ ok: false, broken: { position: 9, reason: "missing" } });
});

test.each([
  ["a changed fact", "update events set actor_label = 'Somebody else' where subject_label = 'two'", { position: 2, reason: "changed" }],
  ["a changed time", "update events set at = at + interval '1 microsecond' where subject_label = 'three'", { position: 3, reason: "changed" }],
  ["a changed hash", "update event_positions set hash = sha256('made up') where position = 1", { position: 1, reason: "changed" }],
  ["an entry moved to another workspace", `update event_positions set workspace_id = '${there}' where position = 2`, { position: 2, reason: "changed" }],
  ["a removed entry", "delete from event_positions where position = 2", { position: 2, reason: "missing" }],
])("finds %s that an owner of the database made", async (_, statement, broken) => {
  for (const label of ["one", "two", "three"]) await note(label);
  await drainBacklog(database);
  await asOwner(`alter table events no force row level security; alter table event_positions no force row level security; ${statement}`);
  expect(await verifyChain(database, { after: 0, limit: 100 })).toMatchObject({ ok: false, broken });
});

test("lets neither of the program's roles change or remove a recorded event", async () => {
  await note("kept");
  await drainBacklog(database);
  for (const scope of [{ workspaceId: here }, "system"] as const) {
    await expect(database.tx(scope, (tx) => tx.updateTable("events").set({ actor_label: "x" }).execute())).rejects.toThrow(/permission denied/);
    await expect(database.tx(scope, (tx) => tx.deleteFrom("events").execute())).rejects.toThrow(/permission denied/);
    await expect(database.tx(scope, (tx) => tx.deleteFrom("event_positions").execute())).rejects.toThrow(/permission denied/);
  }
});
