import websocket from "@fastify/websocket";
import type { Principal, Services } from "@granary/core/context";
import { problem, REALTIME_CLOSE, REALTIME_PATH } from "@granary/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Gauge } from "prom-client";
import type { WebSocket } from "ws";
import { presentedToken } from "../http/authenticate.ts";
import { Connection, type Opener } from "./connection.ts";
import { handleMessage } from "./handle-message.ts";
import { type Hub, openHub } from "./hub.ts";
import { REALTIME_LIMITS, type RealtimeLimits } from "./limits.ts";
import { identify } from "./rechecks.ts";

export interface RealtimeOptions {
  readonly services: Services;
  /** Origins whose pages may connect with the session cookie, beside the server's own. */
  readonly allowedOrigins: ReadonlySet<string>;
  /** Counts open connections. */
  readonly sockets: Gauge;
  readonly limits?: Partial<RealtimeLimits>;
}

/** A browser sends the cookie whatever page opens the socket, and the origin with it: without our own, it is somebody else's page. */
function refuseForeignPage(request: FastifyRequest, allowedOrigins: ReadonlySet<string>): void {
  if (presentedToken(request)?.byCookie !== true) return;
  const { origin } = request.headers;
  if (origin === `${request.protocol}://${request.host}` || (origin !== undefined && allowedOrigins.has(origin))) return;
  throw problem("auth.origin_refused");
}

function workspaceAsked(request: FastifyRequest): string | null {
  const { workspace } = request.query as { workspace?: unknown };
  return typeof workspace === "string" && workspace !== "" ? workspace.slice(0, 64) : null;
}

/** Serves the WebSocket of `REALTIME_PATH`. Listening begins with the first connection. */
export async function addRealtime(app: FastifyInstance, options: RealtimeOptions): Promise<void> {
  const { services } = options;
  const limits = { ...REALTIME_LIMITS, ...options.limits };
  const openers = new WeakMap<FastifyRequest, Opener>();
  let hub: Promise<Hub> | undefined;
  const theHub = (): Promise<Hub> => {
    hub ??= openHub(services, limits).catch((error: unknown) => {
      hub = undefined;
      throw error;
    });
    return hub;
  };

  await app.register(websocket, {
    options: { maxPayload: limits.maxPayload, perMessageDeflate: false },
    preClose: async () => {
      await (await hub?.catch(() => undefined))?.[Symbol.asyncDispose]();
      for (const socket of app.websocketServer.clients) socket.close(REALTIME_CLOSE.stopping);
    },
  });
  app.route({
    method: "GET",
    url: REALTIME_PATH,
    async onRequest(request) {
      const token = presentedToken(request)?.token;
      if (token === undefined) throw problem("auth.required");
      refuseForeignPage(request, options.allowedOrigins);
      const principal: Principal = await identify(services, token, workspaceAsked(request));
      openers.set(request, { principal, token, requestId: request.id });
      await theHub();
    },
    handler: () => {
      throw problem("request.unsupported_media", { expected: "WebSocket connections only" });
    },
    wsHandler(socket, request) {
      const opener = openers.get(request);
      if (opener === undefined) return socket.close(REALTIME_CLOSE.signedOut);
      attach({ services, socket, opener, limits, sockets: options.sockets, hub: theHub() });
    },
  });
}

interface Attachment {
  readonly services: Services;
  readonly socket: WebSocket;
  readonly opener: Opener;
  readonly limits: RealtimeLimits;
  readonly sockets: Gauge;
  readonly hub: Promise<Hub>;
}

/** Takes a client in: its messages are handled one after the other. */
function attach({ services, socket, opener, limits, sockets, hub }: Attachment): void {
  const connection = new Connection(socket, opener, limits);
  let unread = 0;
  let work: Promise<void> = hub.then((open) => {
    if (socket.readyState !== socket.OPEN) return;
    open.add(connection);
    connection.send({ type: "ready", position: open.position, heartbeatS: limits.heartbeatMs / 1_000 });
  });
  sockets.inc();
  socket.on("message", (data, isBinary) => {
    connection.isAlive = true;
    if (isBinary) return socket.close(REALTIME_CLOSE.badMessage, "text only");
    if (unread >= limits.maxUnread) return socket.close(REALTIME_CLOSE.tooSlow, "too many messages");
    unread += 1;
    work = work.then(async () => {
      await handleMessage(services, await hub, connection, String(data));
      unread -= 1;
    });
  });
  socket.on("pong", () => {
    connection.isAlive = true;
  });
  socket.on("error", (error) => services.log.info({ err: error, requestId: opener.requestId }, "a realtime connection failed"));
  socket.on("close", () => {
    sockets.dec();
    void hub.then((open) => open.remove(connection));
  });
}
