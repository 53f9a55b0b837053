import { ACCESS_ACTION_NAMES, ACCESS_ACTIONS, type AccessAction, type AccessLogEntry } from "@granary/protocol";

export const ACTION_CHOICES = ACCESS_ACTION_NAMES.map((value) => ({ value, label: ACCESS_ACTIONS[value].title }));

const STAGES = { whole: "", begin: ", begun", end: ", ended" } as const;

const LINKS: Readonly<Partial<Record<AccessAction, string>>> = { open: "", sql: " over" };

/** What was done, in a few words: "Rows of Patients, version 3". */
export function accessText({ action, stage, dataset, version }: AccessLogEntry): string {
  const of = dataset === null ? "" : `${LINKS[action] ?? " of"} ${dataset.name}${version === null ? "" : `, version ${version}`}`;
  return `${ACCESS_ACTIONS[action].title}${of}${STAGES[stage]}`;
}

/** How many names are told before the rest is counted. */
const NAMED = 3;

/** The columns of an entry in one line. */
export function columnsText(columns: AccessLogEntry["columns"]): string {
  const names = columns.slice(0, NAMED).map(({ name, masked }) => (masked ? `${name} (masked)` : name));
  return columns.length > NAMED ? `${names.join(", ")} and ${columns.length - NAMED} more` : names.join(", ");
}
