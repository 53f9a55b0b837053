import type { GraphColumn } from "@granary/protocol";
import { typeChange } from "../compare-schemas.ts";
import { nameLikeness } from "../name-likeness.ts";

/** A line of the field mapper that somebody may want to draw. */
export interface FieldSuggestion {
  readonly from: string;
  readonly to: string;
  /** 0 to 1. */
  readonly score: number;
  /** Why, in a few words. */
  readonly reason: string;
}

const TYPE_SHARE = { same: 1, widened: 0.97, narrowed: 0.9, retyped: 0.75 } as const;
const LEAST = 0.6;
const MOST_COMPARED = 1_000_000;

function reasonOf(likeness: number, from: GraphColumn, to: GraphColumn): string {
  const name = likeness === 1 ? "the same name" : likeness >= 0.95 ? "the same words" : "a similar name";
  return from.type === to.type ? `${name} and type` : `${name}; ${from.type} becomes ${to.type}`;
}

/**
 * Which column probably goes where, by likeness of names and types: every target at most once, the likeliest first, none that is
 * unlikely. A text column goes to any type, since it can be read.
 */
export function suggestFields(from: readonly GraphColumn[], to: readonly GraphColumn[]): readonly FieldSuggestion[] {
  if (from.length * to.length > MOST_COMPARED) return [];
  const all = to.flatMap((target) =>
    from.flatMap((source) => {
      const likeness = nameLikeness(source.name, target.name);
      if (likeness < LEAST) return [];
      const change = typeChange(source.type, target.type);
      const share = change === "retyped" && source.type === "text" ? 0.95 : TYPE_SHARE[change];
      return [{ from: source.name, to: target.name, score: Math.round(likeness * share * 100) / 100, reason: reasonOf(likeness, source, target) }];
    }),
  );
  const [targets, sources] = [new Set<string>(), new Set<string>()];
  return all
    .filter(({ score }) => score >= LEAST)
    .toSorted((a, b) => b.score - a.score)
    .filter((each) => {
      if (targets.has(each.to) || sources.has(each.from)) return false;
      targets.add(each.to);
      sources.add(each.from);
      return true;
    });
}
