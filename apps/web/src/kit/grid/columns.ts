import type { ReactNode } from "react";

export interface GridColumn {
  readonly name: string;
  /** Right-aligned, in figures of one width. */
  readonly numeric?: boolean;
  /** Whether its values are masked for this person. */
  readonly masked?: boolean;
  /** Said on hover, such as the stored type. */
  readonly note?: string;
  readonly icon?: ReactNode;
  /** Pixels at first; from its values when absent. */
  readonly width?: number;
}

/** A column that is drawn, with its distance from the left edge of the content. */
export interface PlacedColumn {
  readonly index: number;
  readonly start: number;
  readonly width: number;
}
