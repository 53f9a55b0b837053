import type { Dataset } from "@granary/protocol";
import { StatusBadge } from "../../kit/status-badge.tsx";

/** Whether a dataset can be read. */
export function DatasetState({ dataset }: { readonly dataset: Pick<Dataset, "status"> }) {
  if (dataset.status === "ready") return <StatusBadge tone="good">Ready</StatusBadge>;
  return dataset.status === "importing" ? <StatusBadge tone="busy">Importing</StatusBadge> : <StatusBadge tone="bad">Failed</StatusBadge>;
}
