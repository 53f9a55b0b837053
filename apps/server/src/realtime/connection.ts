import type { Principal } from "@granary/core/context";
import type { Id } from "@granary/kernel";
import { REALTIME_CLOSE, type ServerMessage, type Topic } from "@granary/protocol";
import type { WebSocket } from "ws";
import type { RealtimeLimits } from "./limits.ts";

/** Who opened a connection and with what, to look it up again. */
export interface Opener {
  readonly principal: Principal;
  readonly token: string;
  readonly requestId: string;
}

interface Held {
  readonly position: number;
  readonly text: string;
}

interface Followed {
  /** Events up to this position were sent or are not wanted. */
  from: number;
  /** Live messages that wait until the replay before them is sent; undefined when none runs. */
  held: Held[] | undefined;
}

const OPEN = 1;

/** One client: its topics and the way to it. */
export class Connection {
  readonly socket: WebSocket;
  readonly token: string;
  readonly requestId: string;
  readonly topics = new Map<Topic, Followed>();
  readonly #limits: RealtimeLimits;
  principal: Principal;
  isAlive = true;
  #behindSince: number | undefined;

  constructor(socket: WebSocket, opener: Opener, limits: RealtimeLimits) {
    this.socket = socket;
    this.token = opener.token;
    this.requestId = opener.requestId;
    this.principal = opener.principal;
    this.#limits = limits;
  }

  get workspaceId(): Id<"workspace"> | null {
    return this.principal.workspaceId;
  }

  follows(topic: Topic): boolean {
    return this.topics.has(topic);
  }

  /** Sends, or leaves it out while the client is behind. */
  sendText(text: string): void {
    if (this.socket.readyState !== OPEN || this.#behindSince !== undefined) return;
    if (this.socket.bufferedAmount > this.#limits.maxQueuedBytes) {
      this.#behindSince = performance.now();
      return;
    }
    this.socket.send(text);
  }

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  /** Sends what has a position to a follower of the topic, once and after what came before it. */
  sendPlaced(topic: Topic, position: number, text: string): void {
    const followed = this.topics.get(topic);
    if (followed === undefined || position <= followed.from) return;
    if (followed.held !== undefined) {
      followed.held.push({ position, text });
      return;
    }
    followed.from = position;
    this.sendText(text);
  }

  /** Keeps live messages of a topic back until `release`. */
  hold(topic: Topic, from: number): void {
    this.topics.set(topic, { from, held: [] });
  }

  release(topic: Topic, upTo: number): void {
    const followed = this.topics.get(topic);
    if (followed?.held === undefined) return;
    const { held } = followed;
    followed.held = undefined;
    followed.from = Math.max(followed.from, upTo);
    for (const message of held) this.sendPlaced(topic, message.position, message.text);
  }

  /** Looks whether a client that was behind has caught up (then it reads again from `position`) or is too slow (then it is closed). */
  checkDrain(position: number): void {
    if (this.#behindSince === undefined) return;
    if (this.socket.bufferedAmount <= this.#limits.maxQueuedBytes / 2) {
      this.#behindSince = undefined;
      this.send({ type: "resync", topic: null, position, reason: "slow" });
    } else if (performance.now() - this.#behindSince > this.#limits.maxBehindMs) {
      this.close(REALTIME_CLOSE.tooSlow, "too slow");
    }
  }

  /** Closes; a client that does not answer the closing is cut off by the library after 30 s, one that is behind at once. */
  close(code: number, reason: string): void {
    this.socket.close(code, reason);
    if (this.#behindSince !== undefined) this.socket.terminate();
  }

  /** Asks for a sign of life; cuts off a client that gave none since the last time. */
  beat(): void {
    if (!this.isAlive) return this.socket.terminate();
    this.isAlive = false;
    this.socket.ping();
    this.send({ type: "ping" });
  }
}
