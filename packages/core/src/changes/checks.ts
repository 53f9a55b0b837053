import type { ChangeRequest } from "@granary/protocol";
import type { SeenChange } from "./seen-change.ts";
import { changedFields, hiddenParts } from "./sight.ts";
import type { KeptFault } from "./store.ts";

type Check = ChangeRequest["checks"][number];
type Mergeability = ChangeRequest["mergeability"];

/** Tags that say that a column is about people. */
const isPersonal = (tag: string): boolean => tag === "pii" || tag.startsWith("pii.");

function schemaCheck({ state }: Mergeability): Check {
  if (state === "schema_changed") return { code: "schema", state: "failed", text: "The dataset has other columns by now", details: [] };
  if (state === "unknown") return { code: "schema", state: "waiting", text: "Whether the columns still fit was not looked at yet", details: [] };
  return { code: "schema", state: "passed", text: "The columns are those of the dataset", details: [] };
}

function keyCheck({ current, dataset }: SeenChange): Check {
  const faults = current?.keptCounts?.keyFaults;
  if (faults === undefined) return { code: "keys", state: "waiting", text: "Keys were not looked at yet", details: [] };
  if (faults.rows === 0) return { code: "keys", state: "passed", text: "Every row is told apart by its key", details: [] };
  const isWhole = hiddenParts(dataset, current) === undefined;
  const text = isWhole ? `${faults.rows} proposed rows cannot be told apart by their key` : "Proposed rows cannot be told apart by their key";
  return { code: "keys", state: "failed", text, details: isWhole ? [...faults.examples] : [] };
}

const RULE_FAULTS: readonly string[] = ["change.rules_broken", "schema.rows_fail"];

const brokenRules = (fault: KeptFault | null): KeptFault | undefined => (fault !== null && RULE_FAULTS.includes(fault.code) ? fault : undefined);

/** What is told while nothing breaks a rule. */
function ruleOutlook(current: SeenChange["current"]): Check {
  const tried = current?.rulesTried ?? null;
  if (tried === null) return { code: "rules", state: "waiting", text: "The rules of the dataset are checked on the merged rows", details: [] };
  return { code: "rules", state: "passed", text: `Merged into version ${tried.version}, all rows keep to the rules of the dataset`, details: [] };
}

/** Rules are proved on the merged rows: by a merge that was tried when the revision was compared, and again by the one that counts. */
function ruleCheck({ row, current, dataset }: SeenChange): Check {
  if (row.state === "merged" || row.state === "reverted")
    return { code: "rules", state: "passed", text: "The merged rows keep to the rules of the dataset", details: [] };
  const fault = brokenRules(row.mergeFault) ?? current?.rulesTried?.fault ?? undefined;
  if (fault === undefined) return ruleOutlook(current);
  const isWhole = hiddenParts(dataset, current) === undefined;
  const text = isWhole ? fault.message : "The merged rows would break rules of the dataset";
  return { code: "rules", state: "failed", text, details: isWhole ? fault.issues.map(({ path, message }) => `${path}: ${message}`) : [] };
}

function personalDataCheck({ current, dataset }: SeenChange): Check {
  const changed = new Set(current === undefined ? [] : changedFields(current));
  const personal = Object.entries(dataset.column_tags ?? {}).flatMap(([fieldId, tags]) =>
    tags.some(isPersonal) && changed.has(Number(fieldId)) ? [Number(fieldId)] : [],
  );
  if (personal.length === 0) return { code: "personal_data", state: "passed", text: "No column with personal data is changed", details: [] };
  const names = (dataset.columns ?? []).flatMap(({ fieldId, name }) => (personal.includes(fieldId) ? [name] : []));
  return { code: "personal_data", state: "warned", text: "Columns with personal data are changed", details: names };
}

/** What was looked at besides what people say. */
export function checksOf(seen: SeenChange, mergeability: Mergeability): Check[] {
  if (seen.current === undefined) return [];
  if (seen.row.kind === "schema") return [schemaCheck(mergeability), ruleCheck(seen)];
  return [schemaCheck(mergeability), keyCheck(seen), ruleCheck(seen), personalDataCheck(seen)];
}
