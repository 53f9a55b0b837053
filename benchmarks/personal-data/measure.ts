import { columnRecogniser } from "@granary/core/personal-data";
import type { Entity } from "@granary/protocol";
import { readCorpus } from "./corpus.ts";
import type { Half } from "./words.ts";

/** How often a kind was found where it is, found where it is not, and missed. */
interface Counts {
  found: number;
  wrong: number;
  missed: number;
}

export interface Quality {
  readonly columns: number;
  readonly byEntity: ReadonlyMap<Entity, Counts>;
  readonly precision: number;
  readonly recall: number;
  /** What was told wrongly or missed, `file/column: kind`. */
  readonly faults: readonly string[];
}

const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
export const precisionOf = ({ found, wrong }: Counts): number => share(found, found + wrong);
export const recallOf = ({ found, missed }: Counts): number => share(found, found + missed);

/** Looks for personal data in one half of the corpus and compares with its labels. */
export function measure(half: Half): Quality {
  const recognise = columnRecogniser();
  const byEntity = new Map<Entity, Counts>();
  const faults: string[] = [];
  const all: Counts = { found: 0, wrong: 0, missed: 0 };
  const count = (entity: Entity, kind: keyof Counts, where: string): void => {
    const counts = byEntity.get(entity) ?? { found: 0, wrong: 0, missed: 0 };
    byEntity.set(entity, counts);
    counts[kind] += 1;
    all[kind] += 1;
    if (kind !== "found") faults.push(`${where}: ${kind} ${entity}`);
  };
  const columns = readCorpus(half);
  for (const { file, name, label, values } of columns) {
    const type = values.every((value) => value === "true" || value === "false") ? "boolean" : "text";
    const seen = recognise({ name, type, values }).map(({ entity }) => entity);
    for (const entity of seen) count(entity, label.includes(entity) ? "found" : "wrong", `${file}/${name}`);
    for (const entity of label) if (!seen.includes(entity)) count(entity, "missed", `${file}/${name}`);
  }
  return { columns: columns.length, byEntity, precision: precisionOf(all), recall: recallOf(all), faults };
}
