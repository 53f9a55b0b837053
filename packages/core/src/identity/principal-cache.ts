import type { Database } from "@granary/db";
import type { Identified } from "./queries/find-principal.ts";

/** The longest a change made elsewhere can stay unnoticed should its notification be lost. */
const KEPT_MS = 5_000;
const MAX_CALLERS = 10_000;

interface Kept {
  readonly identified: Identified;
  readonly until: number;
}

/**
 * Remembers for a moment who a token belongs to, so that a busy caller costs one statement a request instead of two.
 * Everything is forgotten at once when this process commits anything, when any process changes what decides about access
 * (triggers notify), and when notifications may have been missed.
 */
export class PrincipalCache implements AsyncDisposable {
  readonly #callers = new Map<string, Kept>();
  #generation = 0;
  #subscription: Promise<AsyncDisposable> | undefined;

  /** Without a database nothing is ever forgotten early; only tests of the class itself do that. */
  constructor(database?: Database) {
    if (database === undefined) return;
    database.onCommit(() => this.clear());
    this.#subscription = database.listener.subscribe("granary_access", () => this.clear());
    // Until notifications arrive nothing is remembered; the listener connects again by itself.
    this.#subscription.catch(() => undefined);
  }

  /** The remembered caller, or the one `find` finds, which is remembered unless something changed meanwhile. */
  async get(key: string, find: () => Promise<Identified | undefined>): Promise<Identified | undefined> {
    const kept = this.#callers.get(key);
    if (kept !== undefined && kept.until > performance.now()) return kept.identified;
    const generation = this.#generation;
    const identified = await find();
    if (identified !== undefined && generation === this.#generation) this.#keep(key, identified);
    return identified;
  }

  clear(): void {
    this.#generation += 1;
    this.#callers.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const subscription = await this.#subscription?.catch(() => undefined);
    await subscription?.[Symbol.asyncDispose]();
  }

  #keep(key: string, identified: Identified): void {
    if (this.#callers.size >= MAX_CALLERS) this.#callers.clear();
    // The one who found the caller renews "last seen"; those who remember it need not.
    this.#callers.set(key, { identified: { ...identified, needsTouch: false }, until: performance.now() + KEPT_MS });
  }
}
