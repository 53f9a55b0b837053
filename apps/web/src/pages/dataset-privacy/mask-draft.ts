import { type Column, type Mask, MASK_KINDS, type MaskKind, maskInput, MASKS, maskText, parseMask } from "@granary/protocol";

/** A mask while somebody chooses it: the settings of every kind, as they are typed. */
export interface MaskDraft {
  readonly kind: MaskKind | null;
  readonly unit: string;
  readonly digits: number | string;
  readonly pattern: string;
  readonly replacement: string;
  readonly value: string;
}

const NONE: MaskDraft = { kind: null, unit: "month", digits: 2, pattern: "", replacement: "***", value: "withheld" };

/** The draft of a mask in its short form; null for none. */
export function draftOf(text: string | null): MaskDraft {
  return text === null ? NONE : { ...NONE, ...parseMask(text) };
}

const SETTINGS: Readonly<Partial<Record<MaskKind, readonly (keyof MaskDraft)[]>>> = {
  date_truncate: ["unit"],
  numeric_round: ["digits"],
  regex: ["pattern", "replacement"],
  constant: ["value"],
};

/** The mask a draft stands for, or what is wrong with each setting. */
export function readDraft(draft: MaskDraft): { readonly mask: Mask | null; readonly faults: Readonly<Record<string, string>> } {
  if (draft.kind === null) return { mask: null, faults: {} };
  const settings = (SETTINGS[draft.kind] ?? []).map((name) => [name, draft[name]] as const);
  const read = maskInput.safeParse({ kind: draft.kind, ...Object.fromEntries(settings) });
  if (read.success) return { mask: read.data, faults: {} };
  return { mask: null, faults: Object.fromEntries(read.error.issues.map(({ path, message }) => [String(path[0] ?? "kind"), message])) };
}

interface Choice {
  readonly value: MaskKind;
  readonly label: string;
}

/** Masks made for a type first; the others redact its values. */
export function maskChoices(type: Column["type"]): readonly { readonly group: string; readonly items: Choice[] }[] {
  const fits = (kind: MaskKind): boolean => (MASKS[kind].fits as readonly string[]).includes(type);
  const items = (kinds: readonly MaskKind[]): Choice[] => kinds.map((value) => ({ value, label: MASKS[value].title }));
  return [
    { group: "From the one that shows most to the one that shows least", items: items(MASK_KINDS.filter(fits)) },
    { group: `Made for other types: of ${type} they hide the whole value`, items: items(MASK_KINDS.filter((kind) => !fits(kind))) },
  ].filter(({ items: { length } }) => length > 0);
}

/** What people call a mask in its short form. */
export function maskTitle(text: string): string {
  const mask = parseMask(text);
  const { title } = MASKS[mask.kind];
  if (mask.kind === "date_truncate") return `${title} to its ${mask.unit}`;
  if (mask.kind === "numeric_round") return `${title} (${10 ** mask.digits}s)`;
  return mask.kind === "constant" ? `${title}: ${mask.value}` : title;
}

/** Whether two masks in their short form are the same. */
export const isSameMask = (left: Mask | null, right: string | null): boolean => (left === null ? null : maskText(left)) === right;
