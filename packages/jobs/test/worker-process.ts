import { openDatabase } from "@granary/db";
import { silentLogger } from "@granary/kernel";
import { JOB_NAMES } from "@granary/protocol";
import { sql } from "kysely";
import { defineJobHandlers, type JobHandlerGroup, type RunningJob, startWorker } from "../src/index.ts";

/**
 * A worker in a process of its own, for tests that kill or freeze it. Its job `mail.send` waits until the setting
 * `go` exists and then writes the setting `done:<mailId>` in the transaction that ends the job.
 */
const { connection, owner, timing } = JSON.parse(process.argv[2] ?? "{}");
const database = openDatabase({ connection, log: silentLogger });
const say = (message: unknown) => process.send?.(message);

async function mayGo(): Promise<boolean> {
  const row = await database.reader("system").selectFrom("instance_settings").select("key").where("key", "=", "go").executeTakeFirst();
  return row !== undefined;
}

const others = Object.fromEntries(JOB_NAMES.map((name) => [name, async () => undefined])) as JobHandlerGroup<RunningJob>;
const worker = await startWorker<RunningJob>({
  database,
  log: silentLogger,
  owner,
  concurrency: 2,
  timing,
  createContext: (job) => job,
  onFailed: async () => undefined,
  handlers: defineJobHandlers([
    {
      ...others,
      "mail.send": async (job, { mailId }) => {
        say({ began: job.id, attempt: job.attempt });
        // It does not listen to its signal: the worst a zombie can do.
        while (!(await mayGo())) await new Promise((resolve) => setTimeout(resolve, 20));
        try {
          await database.tx("system", async (db) => {
            await sql`insert into instance_settings (key, value) values (${`done:${mailId}:${owner}`}, to_jsonb(${job.attempt}::int))`.execute(db);
            await job.finish(db);
          });
          say({ committed: job.id });
        } catch (error) {
          say({ refused: job.id, code: (error as { code?: string }).code });
          throw error;
        }
      },
    },
  ]),
});

process.on("SIGTERM", () => {
  void worker[Symbol.asyncDispose]().then(() => process.exit(0));
});
process.on("disconnect", () => process.exit(1));
say({ ready: true });
