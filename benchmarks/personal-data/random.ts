/** The same numbers for the same seed on every machine (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0, below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(10)).join("");
  }

  letters(count: number, from = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"): string {
    return Array.from({ length: count }, () => from[this.below(from.length)]).join("");
  }

  /** `#` becomes a digit, `?` a capital letter, `%` a digit but zero. */
  pattern(text: string): string {
    return text.replace(/[#?%]/g, (sign) => (sign === "#" ? this.digits(1) : sign === "?" ? this.letters(1) : String(this.between(1, 9))));
  }

  /** `yyyy-mm-dd` between two years. */
  day(from: number, until: number): string {
    return `${this.between(from, until)}-${two(this.between(1, 12))}-${two(this.between(1, 28))}`;
  }
}

export const two = (value: number): string => String(value).padStart(2, "0");
