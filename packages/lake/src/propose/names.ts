import { column, type Expression } from "@granary/engine";

/** Keys of rows that may differ: those on one side only, with other cells, or there more than once. */
export const CANDIDATES = "candidate_keys";
/** What is proposed under those keys, as texts. */
export const NEW_TEXTS = "new_texts";
/** Rows of both sides beside each other. */
export const PAIRED = "paired_rows";
/** The same with new values, and what became of each cell. */
export const JUDGED = "judged_rows";

export const textName = (fieldId: number): string => `t${fieldId}`;
export const keyTextName = (fieldId: number): string => `q${fieldId}`;
/** What the proposer saw in a masked cell. */
export const shownName = (fieldId: number): string => `s${fieldId}`;
export const freshName = (fieldId: number): string => `w${fieldId}`;
export const differsName = (fieldId: number): string => `c${fieldId}`;
export const damageName = (fieldId: number): string => `d${fieldId}`;
export const misfitName = (fieldId: number): string => `f${fieldId}`;
export const readingsName = (fieldId: number): string => `r${fieldId}`;

export const IS_ADDED = "is_added";
export const IS_REMOVED = "is_removed";

export const named = (name: string): { readonly expression: Expression; readonly as: string } => ({ expression: column(name), as: name });
