import { describeFault } from "../process/describe-fault.ts";
import type { ChildSettings, FromChild, ToChild } from "../process/messages.ts";
import { SqlParser } from "./parser.ts";
import type { SandboxRequest } from "./messages.ts";
import { checkSql } from "./prepare-sql.ts";
import { openSandboxInstance, SandboxSession } from "./sandbox-session.ts";

type Request = SandboxRequest | ToChild;

const settings = JSON.parse(process.argv[2] ?? "{}") as ChildSettings;

const send = (message: FromChild): void => void process.send?.(message);

// Without its parent nobody wants the answer.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("SIGINT", () => undefined);

const parser = await SqlParser.open();
const connection = await openSandboxInstance(settings);
let session: SandboxSession | undefined;

async function answer(request: Request): Promise<FromChild> {
  if (request.type === "finish") return { type: "finished", residentBytes: process.memoryUsage.rss() };
  if (request.type === "check") return { type: "result", value: await checkSql(parser, request.sql) };
  if (request.type === "sandbox" && session === undefined) {
    session = new SandboxSession(parser, connection, request.job);
    return session.start();
  }
  if (request.type === "next" && session !== undefined) return session.next();
  throw new Error(`a sandbox process cannot answer ${request.type}`);
}

process.on("message", (request: Request) => {
  answer(request).then(send, (error: unknown) => send({ type: "failed", fault: describeFault(error) }));
});
send({ type: "ready" });
