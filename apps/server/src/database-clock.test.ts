import { openDatabase } from "@granary/db";
import { silentLogger } from "@granary/kernel";
import { createTestDatabase } from "@granary/testkit/postgres";
import { afterEach, expect, it, vi } from "vitest";
import { createDatabaseClock } from "./database-clock.ts";

afterEach(() => vi.useRealTimers());

it("tells the database's time, whatever the system's clock is set to", async () => {
  await using test = await createTestDatabase();
  await using database = openDatabase({ connection: test.connection, log: silentLogger });
  const real = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: real - 7_200_000 });
  using clock = createDatabaseClock(database, silentLogger);
  expect(clock.now().getTime() - real).toBeLessThan(-7_000_000);
  await clock.sync();
  expect(Math.abs(clock.now().getTime() - real)).toBeLessThan(60_000);
  vi.setSystemTime(real + 7_200_000);
  expect(Math.abs(clock.now().getTime() - real)).toBeLessThan(60_000);
});
