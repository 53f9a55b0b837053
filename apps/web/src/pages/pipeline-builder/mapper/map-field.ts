import type { NodeSettings } from "@granary/protocol";

/** One column of a mapping's target, and where it comes from. */
export type MapField = NodeSettings<"map">["fields"][number];

/** A field that comes from a column. */
export const fromColumn = ({ to, type }: MapField, from: string): MapField => ({ to, type, from });

/** A field that is computed; at first of the column it came from. */
export const fromExpression = ({ to, type, from }: MapField): MapField => ({ to, type, expression: from ?? "" });
