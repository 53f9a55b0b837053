import { classesOf, DIGIT } from "./cell-classes.ts";
import type { NameHit } from "./column-name.ts";
import { BARE, NO, type Recogniser } from "./recogniser.ts";

/** What one recogniser found in a column. */
export interface Tally {
  readonly recogniser: Recogniser;
  readonly name: NameHit | undefined;
  formed: number;
  bare: number;
  /** Some of the values that matched. */
  readonly examples: string[];
}

const EXAMPLES = 3;
/** A recogniser without one match in so many values would not get the share that it needs; the others go on alone. */
const PRUNED_AFTER = 400;

/** Digits alone are no evidence for most kinds unless the column's name agrees, and shapes never are. */
function mayCount({ strength, bare }: Recogniser, name: NameHit | undefined, isDigits: boolean): boolean {
  if (name !== undefined) return strength !== "loose" || name.isSure;
  return strength !== "shape" && strength !== "loose" && !(isDigits && bare === "name");
}

class Tallies {
  readonly all: readonly Tally[];
  #alive: readonly Tally[];
  #byClasses = new Map<number, readonly Tally[]>();
  #seen = 0;

  constructor(recognisers: readonly Recogniser[], names: readonly NameHit[]) {
    this.all = recognisers.map((recogniser) => {
      const name = names.find(({ entity, words }) => entity === recogniser.entity && recogniser.notNamed?.has(words) !== true);
      return { recogniser, name, formed: 0, bare: 0, examples: [] };
    });
    this.#alive = this.all;
  }

  #candidates(classes: number): readonly Tally[] {
    const known = this.#byClasses.get(classes);
    if (known !== undefined) return known;
    const found = this.#alive.filter(
      ({ recogniser, name }) =>
        (classes & ~recogniser.allowed) === 0 && (classes & recogniser.required) === recogniser.required && mayCount(recogniser, name, classes === DIGIT),
    );
    this.#byClasses.set(classes, found);
    return found;
  }

  look(text: string): void {
    this.#seen += 1;
    if (this.#seen === PRUNED_AFTER) this.#prune();
    const { length } = text;
    for (const tally of this.#candidates(classesOf(text))) {
      const { recogniser } = tally;
      if (length < recogniser.length[0] || length > recogniser.length[1]) continue;
      if (this.#seen > (recogniser.maxTested ?? this.#seen)) continue;
      const match = recogniser.test(text);
      if (match === NO) continue;
      if (match === BARE) tally.bare += 1;
      else tally.formed += 1;
      if (tally.examples.length < EXAMPLES) tally.examples.push(text);
    }
  }

  #prune(): void {
    this.#alive = this.#alive.filter(({ formed, bare }) => formed + bare > 0);
    this.#byClasses.clear();
  }
}

/** What every recogniser finds among the values of a column, each value taken whole. */
export function tallyColumn(values: readonly string[], recognisers: readonly Recogniser[], names: readonly NameHit[]): readonly Tally[] {
  const tallies = new Tallies(recognisers, names);
  for (const value of values) tallies.look(value);
  return tallies.all.filter(({ formed, bare, name }) => formed + bare > 0 || name !== undefined);
}
