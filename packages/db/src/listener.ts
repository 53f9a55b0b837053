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

export function createListener(options: { readonly config: pg.ClientConfig; readonly log: Logger }): Listener {
  const channels = new Map<string, Set<Callback>>();
  let client: pg.Client | undefined;
  let connecting: Promise<pg.Client> | undefined;
  let closed = false;

  function lost(failed: pg.Client): void {
    if (client !== failed) return;
    client = undefined;
    if (!closed && channels.size > 0) void reconnect();
  }

  async function open(): Promise<pg.Client> {
    const fresh = new pg.Client(options.config);
    fresh.on("error", () => lost(fresh));
    fresh.on("end", () => lost(fresh));
    fresh.on("notification", ({ channel, payload }) => {
      for (const callback of channels.get(channel) ?? []) callback(payload ?? "");
    });
    await fresh.connect();
    for (const channel of channels.keys()) await fresh.query(`listen ${pg.escapeIdentifier(channel)}`);
    client = fresh;
    return fresh;
  }

  function connection(): Promise<pg.Client> {
    if (client !== undefined) return Promise.resolve(client);
    connecting ??= open().finally(() => {
      connecting = undefined;
    });
    return connecting;
  }

  async function reconnect(): Promise<void> {
    for (let delay = FIRST_DELAY_MS; !closed; delay = Math.min(delay * 2, MAX_DELAY_MS)) {
      try {
        await connection();
        for (const callbacks of channels.values()) for (const callback of callbacks) callback("");
        return;
      } catch (error) {
        options.log.warn({ err: error, delayMs: delay }, "the notification connection is down; trying again");
        await new Promise((resolve) => setTimeout(resolve, delay).unref());
      }
    }
  }

  return {
    async subscribe(channel, callback) {
      const callbacks = channels.get(channel) ?? new Set();
      const isNew = callbacks.size === 0;
      callbacks.add(callback);
      channels.set(channel, callbacks);
      const current = await connection();
      if (isNew) await current.query(`listen ${pg.escapeIdentifier(channel)}`);
      return releasable(async () => {
        callbacks.delete(callback);
        if (callbacks.size > 0) return;
        channels.delete(channel);
        await client?.query(`unlisten ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
      });
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      channels.clear();
      await connecting?.catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
}
