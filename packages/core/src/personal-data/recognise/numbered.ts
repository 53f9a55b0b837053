import type { Entity } from "@granary/protocol";
import { DASH, DIGIT, DOT, LETTER, SLASH, SPACE } from "./cell-classes.ts";
import { withoutSeparators } from "./digits.ts";
import { BARE, FORMED, NO, type Recogniser } from "./recogniser.ts";

/** A number that some authority gives out. */
export interface IdentityNumber {
  readonly entity: Entity;
  readonly length: readonly [number, number];
  /** Digits alone. */
  readonly bare?: RegExp;
  /** With separators or letters, by which it is known from other numbers. */
  readonly formed?: RegExp;
  /** Given in capitals and without separators. */
  readonly check?: (compact: string) => boolean;
  readonly strength?: Recogniser["strength"];
  readonly bareCounts?: Recogniser["bare"];
}

/** A recogniser of numbers of one authority. */
export function numbered({ entity, length, bare, formed, check, strength = "checksum", bareCounts = "name" }: IdentityNumber): Recogniser {
  return {
    entity,
    strength,
    bare: bareCounts,
    length,
    allowed: DIGIT | LETTER | SPACE | DASH | DOT | SLASH,
    required: DIGIT,
    test: (text) => {
      if (bare?.test(text) === true) return check === undefined || check(text) ? BARE : NO;
      if (formed === undefined) return NO;
      const upper = text.toUpperCase();
      return formed.test(upper) && (check === undefined || check(withoutSeparators(upper))) ? FORMED : NO;
    },
  };
}
