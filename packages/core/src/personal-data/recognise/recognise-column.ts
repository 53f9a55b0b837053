import type { Entity } from "@granary/protocol";
import { type RecogniseOptions, recognisersFor } from "./all-recognisers.ts";
import { nameHits } from "./column-name.ts";
import { areOrdinals } from "./ordinals.ts";
import type { Recogniser } from "./recogniser.ts";
import { shapeOf } from "./shape-of.ts";
import { type Tally, tallyColumn } from "./tally.ts";
import { isLongText, tallyTexts, type TextTally } from "./text-tally.ts";
import { confidenceByName, confidenceInTexts, confidenceOf, SUGGESTED_FROM } from "./verdict.ts";

/** A column with a sample of its different values, none of them null. */
export interface ColumnSample {
  readonly name: string;
  /** As people are told: `text`, `integer`, `boolean`, `date` and so on. */
  readonly type: string;
  readonly values: readonly string[];
}

/** Why a column is held for one of a kind. Tells nothing of any value but its shape. */
export interface Evidence {
  /** Different values that were looked at, and those that were of the kind. */
  readonly looked: number;
  readonly matched: number;
  readonly recogniser: Recogniser["strength"] | "name";
  /** What in the column's name speaks for it. */
  readonly nameWords: string | null;
  /** Whether the values are texts in which it was found. */
  readonly inText: boolean;
  readonly shapes: readonly string[];
}

export interface Finding {
  readonly entity: Entity;
  /** From 0.5, with 0.85 for what is as good as sure. */
  readonly confidence: number;
  readonly evidence: Evidence;
}

const DATES: ReadonlySet<string> = new Set(["date", "timestamp", "datetime"]);

/** Whether another kind may be in the column too: values of both have to fit beside each other. */
const isBeside = (other: Finding, best: Finding): boolean => other.evidence.inText || sharesOf(other) + sharesOf(best) <= 1.05;
const sharesOf = ({ evidence }: Finding): number => (evidence.looked === 0 ? 1 : evidence.matched / evidence.looked);

/** How many values match: digits alone count by the column's name, or by their number where they are no times and no serials. */
function matchedBy({ recogniser, name, formed, bare }: Tally, isOrdinal: () => boolean): number {
  if (bare === 0) return formed;
  const mayCount = name !== undefined || recogniser.bare === "many";
  return name?.isSure === true || (mayCount && !isOrdinal()) ? formed + bare : formed;
}

function fromTally(tally: Tally, count: number, isOrdinal: () => boolean): Finding | undefined {
  const { recogniser, name, formed, examples } = tally;
  const { entity, strength } = recogniser;
  const looked = Math.min(count, recogniser.maxTested ?? count);
  const matched = matchedBy(tally, isOrdinal);
  const confidence = looked === 0 ? confidenceByName(name) : confidenceOf({ recogniser, name, looked, matched, isBare: formed === 0 });
  if (confidence < SUGGESTED_FROM) return undefined;
  const nameWords = name?.words ?? null;
  const shapes = [...new Set(examples.map(shapeOf))];
  return { entity, confidence, evidence: { looked, matched, recogniser: looked === 0 ? "name" : strength, nameWords, inText: false, shapes } };
}

function fromTexts({ recogniser, texts, examples }: TextTally, looked: number): Finding | undefined {
  const confidence = confidenceInTexts(texts, looked);
  if (confidence < SUGGESTED_FROM) return undefined;
  const shapes = [...new Set(examples.map(shapeOf))];
  return {
    entity: recogniser.entity,
    confidence,
    evidence: { looked, matched: texts, recogniser: recogniser.strength, nameWords: null, inText: true, shapes },
  };
}

/** The findings that hold together, the surest first and each kind once. */
function settle(findings: readonly Finding[]): readonly Finding[] {
  const sorted = findings.toSorted((a, b) => b.confidence - a.confidence || sharesOf(b) - sharesOf(a));
  const [best] = sorted;
  if (best === undefined) return [];
  return sorted.filter((finding, at) => {
    const isFirstOfKind = sorted.findIndex(({ entity }) => entity === finding.entity) === at;
    return isFirstOfKind && (finding === best || isBeside(finding, best));
  });
}

function once(compute: () => boolean): () => boolean {
  let known: boolean | undefined;
  return () => (known ??= compute());
}

/** Makes a function that tells which personal data a column holds; one may be used for many columns, which is faster. */
export function columnRecogniser(options: RecogniseOptions = {}): (column: ColumnSample) => readonly Finding[] {
  const recognisers = recognisersFor(options);
  return ({ name, type, values: given }) => {
    if (type === "boolean") return [];
    const values = given.map((value) => value.trim()).filter((value) => value !== "");
    const suited = DATES.has(type) ? recognisers.filter(({ entity }) => entity === "date_of_birth") : recognisers;
    const names = nameHits(name);
    const isOrdinal = once(() => areOrdinals(values));
    const whole = tallyColumn(values, suited, names).flatMap((tally) => fromTally(tally, values.length, isOrdinal) ?? []);
    if (!isLongText(values) && !isNested(type)) return settle(whole);
    const { looked, tallies } = tallyTexts(values, suited);
    return settle([...whole, ...tallies.flatMap((tally) => fromTexts(tally, looked) ?? [])]);
  };
}

const isNested = (type: string): boolean => /^(?:list|struct|map|json|array|object)/.test(type);
