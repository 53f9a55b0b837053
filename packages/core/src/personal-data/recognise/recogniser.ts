import type { Entity } from "@granary/protocol";

/** No value of its kind; one by its digits alone; one by how it is written. */
export const NO = 0;
export const BARE = 1;
export const FORMED = 2;
export type Match = typeof NO | typeof BARE | typeof FORMED;

/** Tells values of one kind by themselves, without knowing where they are from. */
export interface Recogniser {
  readonly entity: Entity;
  /**
   * `evident`: nothing else looks like it. `checksum`: other values pass now and then. `shape`: other things look the same, so
   * that the column's name has to agree. `loose`: no more than possible, so that the name has to be a sure one.
   */
  readonly strength: "evident" | "checksum" | "shape" | "loose";
  /** Values that are digits alone count only where the column's name agrees (`name`), or also where nearly all of very many pass (`many`). */
  readonly bare: "name" | "many";
  /** Which share of the values has to pass when the column's name agrees, and when it does not; 0.8 unless said. */
  readonly enough?: { readonly named: number; readonly alone: number };
  /** Words of a column's name which are not enough of one for this recogniser. */
  readonly notNamed?: ReadonlySet<string>;
  /** A test that takes long is made of the first so many values only. */
  readonly maxTested?: number;
  /** Shortest and longest value, in characters. */
  readonly length: readonly [number, number];
  /** Kinds of characters a value may have, and must have; see `cell-classes.ts`. */
  readonly allowed: number;
  readonly required: number;
  readonly test: (text: string) => Match;
}

/** What a test answers: a value with separators, or of letters and digits, is formed; digits alone are bare. */
export const formedIf = (isRight: boolean): Match => (isRight ? FORMED : NO);
