import type { NameHit } from "./column-name.ts";
import type { Recogniser } from "./recogniser.ts";

/** From here a finding is suggested, and from here it is as good as sure. */
export const SUGGESTED_FROM = 0.5;

/** So many different values make a share of them more than chance. */
const MANY = 20;
const VERY_MANY = 50;
const FEW = 5;
/** Digits alone without a name that agrees: nearly all have to pass. */
const NEARLY_ALL = 0.95;
const USUAL = { named: 0.8, alone: 0.8 } as const;

export interface Case {
  readonly recogniser: Recogniser;
  readonly name: NameHit | undefined;
  readonly looked: number;
  readonly matched: number;
  /** Whether all that matched are digits alone. */
  readonly isBare: boolean;
}

const BY_STRENGTH = {
  evident: { sure: 0.99, unsure: 0.95 },
  checksum: { sure: 0.97, unsure: 0.9 },
  shape: { sure: 0.75, unsure: 0.55 },
  loose: { sure: 0.65, unsure: 0 },
} as const satisfies Record<Recogniser["strength"], { readonly sure: number; readonly unsure: number }>;

/** A column without values that is called like one of a kind. */
export const confidenceByName = (name: NameHit | undefined): number => (name?.isSure === true ? SUGGESTED_FROM : 0);

function whenNamed({ recogniser, looked, matched }: Case, name: NameHit): number {
  const { named, alone } = recogniser.enough ?? USUAL;
  const share = matched / looked;
  const byStrength = BY_STRENGTH[recogniser.strength];
  if (share >= (name.isSure ? named : (named + alone) / 2)) {
    const confidence = name.isSure ? byStrength.sure : byStrength.unsure;
    return looked < FEW && recogniser.strength !== "evident" ? Math.min(confidence, 0.6) : confidence;
  }
  const isPartly = share >= named * 0.375 && matched >= 3 && (recogniser.strength === "evident" || recogniser.strength === "checksum");
  return isPartly ? 0.6 : 0;
}

/** Nothing else looks like it, so that few values are enough, and some among others tell of a mixed column. */
function whenEvident({ looked, matched }: Case, alone: number): number {
  const share = matched / looked;
  if (share < alone) return matched >= 3 && share >= 0.05 ? 0.6 : 0;
  if (looked >= MANY) return 0.95;
  return looked >= 3 ? 0.75 : 0.55;
}

function whenUnnamed(known: Case): number {
  const { recogniser, looked, matched, isBare } = known;
  const { alone, named } = recogniser.enough ?? USUAL;
  const share = matched / looked;
  if (recogniser.strength === "evident") return whenEvident(known, alone);
  if (recogniser.strength !== "checksum" || looked < MANY || share < alone) return 0;
  // Dictionaries know words of other meanings, too.
  if (alone !== named) return 0.7;
  if (!isBare) return 0.88;
  return looked >= VERY_MANY && share >= NEARLY_ALL ? 0.7 : 0;
}

/** How sure it is that a column holds values of a kind, 0 to 1; see docs/personal-data.md for the table. */
export function confidenceOf(known: Case): number {
  const { name } = known;
  return name === undefined ? whenUnnamed(known) : Math.max(whenNamed(known, name), whenUnnamed(known));
}

/** How sure it is that texts hold values of a kind here and there. */
export function confidenceInTexts(texts: number, looked: number): number {
  if (texts < 3 && texts < looked) return 0;
  const share = texts / looked;
  if (share >= 0.3) return 0.75;
  if (share >= 0.05) return 0.65;
  return share >= 0.01 ? 0.55 : 0;
}
