import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCtx, type Services, systemPrincipal } from "@granary/core/context";
import { createAccount, findPrincipal, hashPassword, newToken, ratePassword, signIn, tokenHash } from "@granary/core/identity";
import { migrate, startEmbeddedPostgres } from "@granary/db";
import { type Id, newId, silentLogger } from "@granary/kernel";
import { compose, readConfig } from "@granary/server";
import { createTestUser, createTestWorkspace } from "@granary/testkit/people";
import { type Figure, median, report } from "../foundation/report.ts";

/** What it costs to know who asks: by session, by API key, and a whole sign-in; with the statements each sends to the database. */
const ROUNDS = 400;
const CLIENTS = 8;
const SIGN_INS = 30;

let statements = 0;
const pg = createRequire(import.meta.resolve("@granary/db"))("pg") as { Client: { prototype: { query: (...args: unknown[]) => unknown } } };
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function counted(this: unknown, ...args: unknown[]) {
  statements += 1;
  return query.apply(this, args);
};

interface Cost {
  /** Milliseconds, one caller after the other. */
  readonly ms: number;
  readonly statements: number;
  /** Per second with several callers at once. */
  readonly rate: number;
}

async function cost(work: () => Promise<unknown>, rounds: number): Promise<Cost> {
  for (let round = 0; round < rounds / 10; round += 1) await work();
  statements = 0;
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  const each = statements / rounds;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let round = 0; round < rounds / CLIENTS; round += 1) await work();
    }),
  );
  return { ms: median(times), statements: each, rate: rounds / ((performance.now() - started) / 1_000) };
}

function figures(name: string, found: Cost, note: string): Figure[] {
  return [
    { name: `${name}, one caller`, value: found.ms, unit: "ms" },
    { name: `${name}, ${CLIENTS} callers`, value: found.rate, unit: "/s" },
    { name: `${name}, statements`, value: found.statements, unit: "", note },
  ];
}

async function createKey(services: Services, userId: Id<"user">, workspaceId: Id<"workspace">): Promise<string> {
  const key = newToken("api_key");
  await services.database.tx("system", (tx) =>
    tx
      .insertInto("api_keys")
      .values({ id: newId("apiKey"), workspace_id: workspaceId, user_id: userId, name: "Benchmark", hash: tokenHash(key), hint: key.slice(0, 8) })
      .execute(),
  );
  return key;
}

const dataDir = await mkdtemp(join(tmpdir(), "granary-bench-"));
await using cleaning = new AsyncDisposableStack();
cleaning.defer(() => rm(dataDir, { recursive: true, force: true }));
const postgres = await startEmbeddedPostgres({ dataDir, mode: "durable", stopWithParent: true });
cleaning.defer(() => postgres.stop());
await migrate(postgres.connection);
const config = readConfig({ GRANARY_DATA: dataDir, GRANARY_PUBLIC_URL: "http://localhost" });
const { services } = cleaning.use(await compose({ config, url: "http://localhost", connection: postgres.connection, log: silentLogger }));
const workspace = await createTestWorkspace(services, "Benchmark");
const person = await createTestUser(services, { workspace, roles: ["viewer"] });
const key = await createKey(services, person.id, workspace.id);
const ctx = createCtx({ services, principal: systemPrincipal(), request: { id: newId("request"), ip: null, userAgent: null } });
const password = "lantern-quiver-moss-56";
const passwordHash = await hashPassword(password);
await ctx.system.tx((ctx) =>
  createAccount(ctx, { email: "bench@example.com", name: "Bench", passwordHash, emailVerified: true, home: { workspaceId: workspace.id, roles: ["viewer"] } }),
);

const bySession = await cost(() => findPrincipal(services, person.token, null), ROUNDS);
const byKey = await cost(() => findPrincipal(services, key, null), ROUNDS);
const bySignIn = await cost(() => signIn(ctx, { email: "bench@example.com", password, client: "api", remember: false }), SIGN_INS);
const hashing = await cost(() => hashPassword(password), SIGN_INS);
const before = process.memoryUsage().rss;
const started = performance.now();
await ratePassword(password, {});
const firstRating = performance.now() - started;
const dictionaries = (process.memoryUsage().rss - before) / 2 ** 20;
const rating = await cost(() => ratePassword(password, {}), ROUNDS);

const met = report([
  ...figures("session or bearer token to principal", bySession, "roles, groups, permissions and restrictions included"),
  ...figures("API key to principal", byKey, "no write; last use is noted once a minute apart from the request"),
  ...figures("sign-in by password", bySignIn, "with its event, tokens and begin/commit"),
  { name: "argon2id hash (19 MiB, 2 passes)", value: hashing.ms, unit: "ms" },
  { name: "password rating", value: rating.ms, unit: "ms" },
  { name: "first password rating, loads dictionaries", value: firstRating, unit: "ms" },
  { name: "dictionaries in memory", value: dictionaries, unit: "MiB" },
]);
process.exitCode = met ? 0 : 1;
