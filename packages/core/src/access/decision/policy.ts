import type { Mask, PolicyConditions, PolicyEffect, PolicySubject, PolicyTarget, RowFilter } from "@granary/protocol";

/** A policy as decisions take it. */
export interface Policy {
  readonly id: string;
  readonly name: string;
  readonly effect: PolicyEffect;
  readonly subjects: readonly PolicySubject[];
  readonly except: readonly PolicySubject[];
  readonly targets: readonly PolicyTarget[];
  readonly level: "viewer" | "contributor" | null;
  readonly mask: Mask | null;
  readonly filter: RowFilter | null;
  readonly conditions: PolicyConditions;
}

/** What is known of a reader at one instant, beside who they are. */
export interface ReaderFacts {
  /** The database's clock. */
  readonly now: Date;
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}
