import type { KeptCounts, KeptWarning } from "../store.ts";

/** More deleted rows than this are seldom meant. */
const MANY_DELETES = 0.05;
/** A column that changes in more rows was often sorted or pasted wrongly. */
const REWRITTEN = 0.3;
/** A file with fewer of the rows was often made of a part. */
const FEW_ROWS = 0.5;
/** So many versions behind, others probably worked on the same. */
const OLD_VERSIONS = 10;

export interface Looked {
  readonly counts: KeptCounts;
  readonly rekeyed: number;
  readonly damagedKeys: number;
  readonly proposedRows: number | null;
  readonly isMissingKept: boolean;
  readonly versionsBehind: number;
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`;
const rows = (count: number): string => (count === 1 ? "1 row" : `${count} rows`);

function ofColumns({ counts: { columns, baseRows } }: Looked): readonly KeptWarning[] {
  if (baseRows === 0) return [];
  return Object.entries(columns).flatMap(([fieldId, { changed }]): KeptWarning[] => {
    if (changed / baseRows <= REWRITTEN || changed < 2) return [];
    return [{ code: "column_rewritten", message: `The column changes in ${percent(changed, baseRows)} of the rows`, fieldId: Number(fieldId) }];
  });
}

/** What a reviewer should look at twice. */
export function warningsOf(looked: Looked): readonly KeptWarning[] {
  const { counts, rekeyed, damagedKeys, proposedRows, isMissingKept, versionsBehind } = looked;
  const { removed, baseRows } = counts;
  const warnings: KeptWarning[] = [];
  const warn = (code: KeptWarning["code"], message: string): void => {
    warnings.push({ code, message, fieldId: null });
  };
  if (baseRows > 0 && removed / baseRows > MANY_DELETES) warn("many_deletes", `${rows(removed)} are deleted: ${percent(removed, baseRows)} of all`);
  if (rekeyed > 0) warn("likely_rekeyed", `${rows(rekeyed)} that are added look like deleted ones under another key`);
  if (damagedKeys > 0) warn("damaged_keys", `The keys of ${rows(damagedKeys)} were damaged, such as by lost zeros; they were recognised and stay as they are`);
  if (isMissingKept && proposedRows !== null && proposedRows < baseRows * FEW_ROWS)
    warn("few_rows", `The file has ${rows(proposedRows)} of ${baseRows}; those it does not have stay as they are`);
  if (versionsBehind >= OLD_VERSIONS) warn("old_base", `It was made of a version that is ${versionsBehind} versions behind`);
  return [...warnings, ...ofColumns(looked)];
}
