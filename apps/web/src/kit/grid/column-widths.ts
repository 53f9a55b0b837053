import type { GridRow } from "./grid-source.ts";

const LETTER_PX = 7.4;
const PADDING_PX = 26;
const HEAD_ICONS_PX = 40;
const [NARROWEST, WIDEST] = [72, 1_200] as const;
const WIDEST_UNASKED = 320;
const SAMPLED_ROWS = 40;

/** A width for each column from its name and the first values, so that most values are readable at once. */
export function startWidths(names: readonly string[], row: (index: number) => GridRow | undefined, least: number = NARROWEST): readonly number[] {
  const sample = Array.from({ length: SAMPLED_ROWS }, (_, index) => row(index)).filter((found) => found !== undefined);
  return names.map((name, column) => {
    const longest = sample.reduce((most, { cells }) => Math.max(most, cells[column]?.length ?? 4), 0);
    const wanted = Math.max(longest * LETTER_PX + PADDING_PX, name.length * LETTER_PX + HEAD_ICONS_PX, least);
    return Math.round(Math.min(WIDEST_UNASKED, wanted));
  });
}

export const asWidth = (pixels: number): number => Math.round(Math.min(WIDEST, Math.max(NARROWEST, pixels)));
