import type { ClientMessageInput, ServerMessage, Topic } from "@granary/protocol";

export type ConnectionState = "connecting" | "live" | "lost" | "closed";
export type MessageListener = (message: ServerMessage) => void;

interface Followed {
  listeners: Set<MessageListener>;
  /** The last position seen, to go on from after a break. */
  since: number | undefined;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** A page that loses the connection for less than this says nothing about it. */
const SILENT_BEATS = 2;
const SIGNED_OUT = 4401;
const PATH = "/api/v1/realtime";

/**
 * The one WebSocket of a tab. Followers name topics; after a break it connects again by itself, with growing waits,
 * and asks for what was missed since the last position. `resync` tells a follower to read again.
 */
class Connection {
  readonly #topics = new Map<Topic, Followed>();
  readonly #stateListeners = new Set<() => void>();
  #socket: WebSocket | undefined;
  #state: ConnectionState = "closed";
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #heartbeatMs = 25_000;
  #workspace: string | undefined;

  get state(): ConnectionState {
    return this.#state;
  }

  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Opens the connection for a workspace; another workspace closes the one before and forgets its positions. */
  open(workspace: string): void {
    if (this.#workspace === workspace && this.#state !== "closed") return;
    this.close();
    this.#workspace = workspace;
    for (const followed of this.#topics.values()) followed.since = undefined;
    addEventListener("online", this.#connectNow);
    addEventListener("offline", this.#noticeOffline);
    this.#connect();
  }

  close(): void {
    this.#workspace = undefined;
    removeEventListener("online", this.#connectNow);
    removeEventListener("offline", this.#noticeOffline);
    clearTimeout(this.#retry);
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#become("closed");
  }

  /** Follows a topic until the answered function is called. */
  follow(topic: Topic, listener: MessageListener): () => void {
    const followed = this.#topics.get(topic) ?? { listeners: new Set(), since: undefined };
    this.#topics.set(topic, followed);
    followed.listeners.add(listener);
    if (followed.listeners.size === 1) this.#send({ type: "subscribe", topic });
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size > 0) return;
      this.#topics.delete(topic);
      this.#send({ type: "unsubscribe", topic });
    };
  }

  readonly #connectNow = (): void => {
    if (this.#workspace === undefined || this.#state === "live") return;
    clearTimeout(this.#retry);
    this.#attempts = 0;
    this.#connect();
  };

  readonly #noticeOffline = (): void => this.#become("lost");

  #become(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }

  #connect(): void {
    const address = new URL(PATH, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (this.#workspace !== undefined) address.searchParams.set("workspace", this.#workspace);
    if (this.#state === "closed") this.#become("connecting");
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(socket, String(event.data));
    socket.onclose = (event) => this.#ended(socket, event.code);
  }

  #ended(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    clearTimeout(this.#watch);
    if (code === SIGNED_OUT) return this.#become("closed");
    this.#become("lost");
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts) * (0.75 + Math.random() / 2);
    this.#attempts += 1;
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #send(message: ClientMessageInput): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #expectLife(socket: WebSocket): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => socket.close(), this.#heartbeatMs * SILENT_BEATS);
  }

  #receive(socket: WebSocket, text: string): void {
    if (socket !== this.#socket) return;
    this.#expectLife(socket);
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === "ping") return this.#send({ type: "ping" });
    if (message.type === "ready") return this.#begin(message.heartbeatS);
    if (!("topic" in message)) return;
    const topics = message.topic === null ? [...this.#topics.keys()] : [message.topic as Topic];
    for (const topic of topics) this.#deliver(topic, message);
  }

  #begin(heartbeatS: number): void {
    this.#heartbeatMs = heartbeatS * 1_000;
    this.#attempts = 0;
    this.#become("live");
    for (const [topic, { since }] of this.#topics) this.#send(since === undefined ? { type: "subscribe", topic } : { type: "subscribe", topic, since });
  }

  #deliver(topic: Topic, message: ServerMessage): void {
    const followed = this.#topics.get(topic);
    if (followed === undefined) return;
    if ("position" in message) followed.since = message.position;
    for (const listener of followed.listeners) listener(message);
  }
}

export const connection = new Connection();
