import { useBuilder } from "../builder-context.ts";
import { usePanel } from "../panels/panel-context.ts";
import { useSample } from "./use-sample.ts";

const MOST = 50;

/** The different values of a column among the sampled rows that come into the node whose panel this is. */
export function useSampledValues(column: string): readonly string[] {
  const { document } = useBuilder();
  const { node } = usePanel();
  const edge = document.edges.find(({ to }) => to === node.id);
  const { items } = useSample(column === "" ? undefined : edge?.from);
  const sample = items?.find(({ port }) => port === edge?.fromPort);
  const index = sample?.columns.findIndex(({ name }) => name === column) ?? -1;
  if (sample === undefined || index < 0) return [];
  const values = sample.rows.flatMap((row) => (row[index] == null ? [] : [row[index]]));
  return [...new Set(values)].toSorted().slice(0, MOST);
}
