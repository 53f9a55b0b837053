import type { ChangeDiff, ChangedRow, ChangeRequest, ChangeSummary } from "@granary/protocol";
import { CliError } from "../exit-codes.ts";
import { type Column, type Output, tableText } from "../output/index.ts";

const LETTERS: Readonly<Record<string, string>> = { added: "A", removed: "D", modified: "M", duplicate_key: "K", null_key: "K" };

const state = (change: ChangeSummary): string => change.state.replaceAll("_", " ");

function sizeOf({ counts }: ChangeSummary): string {
  if (counts === null) return "";
  const { added, modified, removed, formatOnly } = counts;
  return `A${added} M${modified} D${removed}${formatOnly > 0 ? ` F${formatOnly}` : ""}`;
}

export const CHANGE_COLUMNS: readonly Column<ChangeSummary>[] = [
  { title: "#", of: (change) => change.number, kind: "number" },
  { title: "Dataset", of: (change) => change.dataset.name },
  { title: "Title", of: (change) => change.title },
  { title: "State", of: state },
  { title: "Changes", of: sizeOf },
  { title: "Approvals", of: ({ approvals }) => `${approvals.given}/${approvals.needed}` },
  { title: "Author", of: (change) => change.author?.name ?? "left" },
  { title: "Changed", of: (change) => change.updatedAt, kind: "instant" },
];

const FIELDS: readonly Column<ChangeRequest>[] = [
  { title: "Number", of: (change) => change.number },
  { title: "Title", of: (change) => change.title },
  { title: "Dataset", of: (change) => change.dataset.name },
  { title: "State", of: state },
  { title: "Author", of: (change) => change.author?.name ?? "left" },
  { title: "Changes", of: sizeOf },
  { title: "Revision", of: (change) => change.revision },
  { title: "Compared with", of: ({ current }) => (current === null ? null : `version ${current.base.version}`) },
  { title: "Onto", of: ({ mergeability }) => mergeability.text },
  { title: "Approvals", of: ({ approvals }) => `${approvals.given} of ${approvals.needed}` },
  { title: "Merged as", of: ({ merged }) => (merged === null ? null : `version ${merged.version}`) },
  { title: "Against a merge", of: ({ blockers }) => blockers.join(" ") },
  { title: "Created", of: (change) => change.createdAt, kind: "instant" },
  { title: "Id", of: (change) => change.id },
];

const CHECK_COLUMNS: readonly Column<ChangeRequest["checks"][number]>[] = [
  { title: "Check", of: (check) => check.code.replaceAll("_", " ") },
  { title: "Outcome", of: (check) => check.state },
  { title: "What", of: (check) => check.text },
];

/** A request with its checks. */
export function showChange(output: Output, change: ChangeRequest): void {
  output.record(change, FIELDS);
  if (!output.json && change.checks.length > 0) output.terminal.write(`\n${tableText(change.checks, CHECK_COLUMNS, output.terminal)}`);
}

/** Fails where what was proposed last could not be compared, or a check failed: for scripts. */
export function requirePassing({ number, pending, checks }: ChangeRequest): void {
  if (pending?.state === "failed") {
    const { message = "no reason was given", issues = [] } = pending.error ?? {};
    const details = issues.map((issue) => (issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`));
    throw new CliError("failure", `The change request #${number} could not be compared with its dataset: ${[message, ...details].join(" ")}`);
  }
  const failed = checks.filter((check) => check.state === "failed").map((check) => [check.text, ...check.details].join(" "));
  if (failed.length > 0) throw new CliError("failure", `Checks of the change request #${number} failed: ${failed.join("; ")}.`);
}

function cellOf({ old, new: fresh, changed, damage }: ChangedRow, index: number): string | null {
  const [before, after] = [old?.[index] ?? null, fresh?.[index] ?? null];
  if (changed[index] === true) return `${before ?? "∅"} → ${after ?? "∅"}`;
  if (damage[index] != null) return `${before ?? "∅"} (kept; ${damage[index].replaceAll("_", " ")}: ${after ?? "∅"})`;
  return fresh === null ? before : after;
}

/** Changed rows as a table, the letter of what happened first. */
export function diffText(output: Output, page: ChangeDiff): string {
  const columns: readonly Column<ChangedRow>[] = [
    { title: " ", of: (row) => (row.class === "format" ? "F" : (LETTERS[row.kind] ?? "?")) },
    ...page.columns.map(({ name }, index): Column<ChangedRow> => ({ title: name, of: (row) => cellOf(row, index) })),
  ];
  return tableText(page.changes, columns, output.terminal);
}
