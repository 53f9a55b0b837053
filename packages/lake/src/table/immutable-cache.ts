/** Keeps what was made of immutable files, least recently used first out; nothing in it can become stale. */
export class ImmutableCache<V> {
  readonly #maxWeight: number;
  readonly #weigh: (value: V) => number;
  readonly #entries = new Map<string, { readonly value: V; readonly weight: number }>();
  readonly #making = new Map<string, Promise<V>>();
  #weight = 0;

  /** Weights are about bytes of memory. */
  constructor(maxWeight: number, weigh: (value: V) => number) {
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
  }

  find(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    this.#remove(key);
    const weight = this.#weigh(value);
    if (weight > this.#maxWeight) return;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#maxWeight) break;
      this.#remove(oldest);
    }
  }

  /** The value for a key, made at most once at a time; a failure is not kept. */
  async get(key: string, make: () => Promise<V>): Promise<V> {
    const known = this.find(key);
    if (known !== undefined) return known;
    const making = this.#making.get(key);
    if (making !== undefined) return making;
    const made = make().finally(() => this.#making.delete(key));
    this.#making.set(key, made);
    const value = await made;
    this.set(key, value);
    return value;
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }
}
