/** Keeps what was made of immutable files, most recently used first out last; nothing in it can become stale. */
export class ImmutableCache<V> {
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Promise<V>>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** The value for a key, made at most once at a time; a failure is not kept. */
  async get(key: string, make: () => Promise<V>): Promise<V> {
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const value = known ?? make();
    this.#entries.set(key, value);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#maxEntries && oldest.done !== true) this.#entries.delete(oldest.value);
    try {
      return await value;
    } catch (error) {
      if (this.#entries.get(key) === value) this.#entries.delete(key);
      throw error;
    }
  }
}
