/** Keeps values that cannot become stale, each made once at a time; the least recently used go first. */
export class BoundedCache<V> {
  readonly #maxWeight: number;
  readonly #weigh: (value: V) => number;
  readonly #entries = new Map<string, { readonly value: Promise<V>; weight: number }>();
  #weight = 0;

  /** Weights are about bytes of memory. */
  constructor(maxWeight: number, weigh: (value: V) => number) {
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
  }

  /** The values for some keys, in their order; `make` is given the keys nobody has asked for yet. A failure is not kept. */
  async getAll(keys: readonly string[], make: (missing: readonly string[]) => Promise<readonly V[]>): Promise<readonly V[]> {
    const missing = [...new Set(keys)].filter((key) => !this.#entries.has(key));
    if (missing.length > 0) {
      const made = make(missing);
      missing.forEach((key, index) =>
        this.#add(
          key,
          made.then((values) => values[index] as V),
        ),
      );
    }
    return Promise.all(keys.map((key) => this.#use(key)));
  }

  /** Lets go of what turned out to be of no use any more. */
  forget(key: string): void {
    this.#remove(key);
  }

  #add(key: string, value: Promise<V>): void {
    const entry = { value, weight: 0 };
    this.#entries.set(key, entry);
    value.then(
      (made) => {
        if (this.#entries.get(key) !== entry) return;
        entry.weight = this.#weigh(made);
        this.#weight += entry.weight;
        this.#shrink();
      },
      () => this.#remove(key),
    );
  }

  #use(key: string): Promise<V> {
    const entry = this.#entries.get(key);
    if (entry === undefined) throw new Error("a value was dropped before it was used");
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  #shrink(): void {
    for (const key of this.#entries.keys()) {
      if (this.#weight <= this.#maxWeight) return;
      this.#remove(key);
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    this.#weight -= entry?.weight ?? 0;
  }
}
