import { setTimeout as delay } from "node:timers/promises";
import { type Logger, releasable } from "@granary/kernel";
import pg from "pg";

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

type Callback = (payload: string) => void;

/**
 * One connection that listens for NOTIFY on any number of channels and reconnects by itself.
 * Notifications sent while it was disconnected are lost, so every subscriber is called with an empty
 * payload after a reconnect and must then read what it may have missed.
 */
export interface Listener extends AsyncDisposable {
  /** Resolves when the channel is being listened to. Dispose the result to stop. */
  subscribe(channel: string, callback: Callback): Promise<AsyncDisposable>;
}

export interface ListenerOptions {
  readonly config: pg.ClientConfig;
  readonly log: Logger;
}

class ReconnectingListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #channels = new Map<string, Set<Callback>>();
  #client: pg.Client | undefined;
  #connecting: Promise<pg.Client> | undefined;
  #closed = false;
  /** The library runs one statement at a time on a connection; subscribers come at any time. */
  #statements: Promise<unknown> = Promise.resolve();

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  async subscribe(channel: string, callback: Callback): Promise<AsyncDisposable> {
    const callbacks = this.#channels.get(channel) ?? new Set();
    const isNew = callbacks.size === 0;
    callbacks.add(callback);
    this.#channels.set(channel, callbacks);
    const client = await this.#connect();
    if (isNew) await this.#run(client, "listen", channel);
    return releasable(() => this.#unsubscribe(channel, callback));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#channels.clear();
    await this.#connecting?.catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
  }

  async #unsubscribe(channel: string, callback: Callback): Promise<void> {
    const callbacks = this.#channels.get(channel);
    callbacks?.delete(callback);
    if (callbacks === undefined || callbacks.size > 0) return;
    this.#channels.delete(channel);
    if (this.#client !== undefined) await this.#run(this.#client, "unlisten", channel).catch(() => undefined);
  }

  #run(client: pg.Client, verb: "listen" | "unlisten", channel: string): Promise<unknown> {
    const statement = this.#statements.then(() => client.query(`${verb} ${pg.escapeIdentifier(channel)}`));
    this.#statements = statement.catch(() => undefined);
    return statement;
  }

  #connect(): Promise<pg.Client> {
    if (this.#client !== undefined) return Promise.resolve(this.#client);
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client(this.#options.config);
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    client.on("notification", ({ channel, payload }) => this.#call(channel, payload ?? ""));
    await client.connect();
    for (const channel of this.#channels.keys()) await this.#run(client, "listen", channel);
    this.#client = client;
    return client;
  }

  #call(channel: string, payload: string): void {
    for (const callback of this.#channels.get(channel) ?? []) callback(payload);
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    if (!this.#closed && this.#channels.size > 0) void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    for (let delayMs = FIRST_DELAY_MS; !this.#closed; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
      try {
        await this.#connect();
        for (const channel of this.#channels.keys()) this.#call(channel, "");
        return;
      } catch (error) {
        this.#options.log.warn({ err: error, delayMs }, "the notification connection is down; trying again");
        await delay(delayMs, undefined, { ref: false });
      }
    }
  }
}

/** Prepares a listener; it connects at the first subscription. */
export function createListener(options: ListenerOptions): Listener {
  return new ReconnectingListener(options);
}
