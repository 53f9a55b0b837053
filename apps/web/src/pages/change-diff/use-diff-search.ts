import type { RowFilter } from "@granary/protocol";
import { useMemo } from "react";
import type { DiffChoice, DiffKind } from "../../api/change-diff.ts";
import { readFilter } from "../datasets/conditions.ts";
import type { DiffLayout } from "./diff-rows.ts";

/** What the address says of the differences. */
export interface DiffSearch {
  readonly revision?: number | undefined;
  readonly kind?: DiffKind | undefined;
  readonly column?: string | undefined;
  readonly filter?: object | undefined;
  readonly q?: string | undefined;
  readonly layout?: "split" | undefined;
  readonly only?: "changed" | undefined;
  readonly row?: string | undefined;
  readonly cell?: string | undefined;
}

export type OnDiffSearch = (change: DiffSearch, isStep?: boolean) => void;

interface ReadSearch {
  readonly choice: DiffChoice;
  readonly filter: RowFilter | undefined;
  readonly layout: DiffLayout;
  readonly isNarrowed: boolean;
}

/** The address as the parts of the tab need it; the same objects as long as it says the same. */
export function useDiffSearch({ revision, kind, column, filter: raw, q, layout }: DiffSearch): ReadSearch {
  const text = JSON.stringify(raw);
  const filter = useMemo(() => (text === undefined ? undefined : readFilter(JSON.parse(text))), [text]);
  const choice = useMemo((): DiffChoice => ({ revision, kind, column, filter, q }), [revision, kind, column, filter, q]);
  const isNarrowed = [kind, column, filter, q].some((part) => part !== undefined);
  return { choice, filter, layout: layout ?? "unified", isNarrowed };
}
