import { createCtx, type Principal, type Services } from "@granary/core/context";
import { enforceSession, findPrincipal } from "@granary/core/identity";
import { isAppError } from "@granary/kernel";
import { type PlatformEvent, problem, REALTIME_CLOSE, topicOf } from "@granary/protocol";
import { authorizeTopic } from "./authorize-topic.ts";
import type { Connection } from "./connection.ts";
import { affectedBy } from "./event-rules.ts";

/** Checks at once, so that a change of everybody's rights does not take every database connection. */
const AT_ONCE = 4;

/** Looks again whether clients may still be here and follow what they follow. */
export interface Rechecks {
  /** Checks whom an event may concern. */
  after(event: PlatformEvent): void;
  /** Checks everybody of a workspace, or of all. */
  everybody(workspaceId: string | null): void;
  stop(): Promise<void>;
}

/** Who a connection's credential stands for now; throws when it stands for nobody who may use the API. */
export async function identify(services: Services, token: string, workspace: string | null): Promise<Principal> {
  const identified = await findPrincipal(services, token, workspace);
  if (identified === undefined) throw problem("auth.required");
  enforceSession(identified, "realtime");
  return identified.principal;
}

export function createRechecks(services: Services, connections: ReadonlySet<Connection>): Rechecks {
  const waiting = new Set<Connection>();
  let stopped = false;
  let running = 0;
  let idle = Promise.withResolvers<void>();
  idle.resolve();

  function enqueue(wanted: Iterable<Connection>): void {
    for (const connection of wanted) waiting.add(connection);
    while (!stopped && running < AT_ONCE && waiting.size > running) void work();
  }

  async function work(): Promise<void> {
    if (running === 0) idle = Promise.withResolvers();
    running += 1;
    for (const connection of waiting) {
      if (stopped) break;
      waiting.delete(connection);
      if (connections.has(connection)) await recheck(services, connection);
    }
    running -= 1;
    if (running === 0) idle.resolve();
  }

  const inWorkspace = (workspaceId: string | null) => [...connections].filter((connection) => workspaceId === null || connection.workspaceId === workspaceId);

  return {
    after(event) {
      const affected = affectedBy(event);
      if (affected === "nobody") return;
      enqueue(affected === "everybody" ? inWorkspace(event.workspaceId) : [...connections].filter(affected));
    },
    everybody: (workspaceId) => enqueue(inWorkspace(workspaceId)),
    async stop() {
      stopped = true;
      waiting.clear();
      await idle.promise;
    },
  };
}

async function recheck(services: Services, connection: Connection): Promise<void> {
  try {
    connection.principal = await identify(services, connection.token, connection.workspaceId);
  } catch (error) {
    if (isAppError(error)) connection.close(REALTIME_CLOSE.signedOut, error.code);
    else services.log.warn({ err: error }, "a realtime session could not be checked; it will be again");
    return;
  }
  for (const name of connection.topics.keys()) {
    const topic = topicOf(name);
    if (topic === undefined) continue;
    try {
      await authorizeTopic(ctxOf(services, connection), topic);
    } catch (error) {
      if (!isAppError(error)) continue;
      connection.topics.delete(name);
      connection.send({ type: "refused", topic: name, code: error.code, detail: error.message });
    }
  }
}

/** The context of what a connection asks for. */
export function ctxOf(services: Services, connection: Connection) {
  return createCtx({ services, principal: connection.principal, request: { id: connection.requestId, ip: null, userAgent: null } });
}
