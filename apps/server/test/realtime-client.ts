import { type ClientMessageInput, REALTIME_PATH, type ServerMessage } from "@granary/protocol";
import { WebSocket } from "ws";

type Kind = ServerMessage["type"];
export type Received<K extends Kind> = Extract<ServerMessage, { type: K }>;

/** A WebSocket client that keeps what it hears. */
export interface RealtimeClient extends AsyncDisposable {
  readonly socket: WebSocket;
  readonly heard: readonly ServerMessage[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  send(message: ClientMessageInput): void;
  /** The next message of a kind that was not asked for before. */
  next<K extends Kind>(kind: K): Promise<Received<K>>;
  /** Follows a topic and waits until that stands. */
  follow(topic: string, since?: number): Promise<Received<"subscribed">>;
}

/** Connects; rejects with the HTTP status when the server refuses. */
export async function connect(url: string, headers: Readonly<Record<string, string>>, query = ""): Promise<RealtimeClient> {
  const socket = new WebSocket(`${url.replace("http", "ws")}${REALTIME_PATH}${query}`, { headers });
  const heard: ServerMessage[] = [];
  const asked = new Set<ServerMessage>();
  let changed = Promise.withResolvers<void>();
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.on("message", (data) => {
    heard.push(JSON.parse(String(data)) as ServerMessage);
    changed.resolve();
    changed = Promise.withResolvers();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("unexpected-response", (_request, response) => {
      response.resume();
      reject(new Error(String(response.statusCode)));
    });
    socket.once("error", reject);
  });
  socket.on("error", () => undefined);
  const client: RealtimeClient = {
    socket,
    heard,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    async next(kind) {
      for (;;) {
        const found = heard.find((message) => message.type === kind && !asked.has(message));
        if (found !== undefined) {
          asked.add(found);
          return found as never;
        }
        await changed.promise;
      }
    },
    async follow(topic, since) {
      client.send(since === undefined ? { type: "subscribe", topic } : { type: "subscribe", topic, since });
      return client.next("subscribed");
    },
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await closed;
    },
  };
  return client;
}
