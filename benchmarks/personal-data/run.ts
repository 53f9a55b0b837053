import { writeCorpus } from "./corpus.ts";
import { measure, precisionOf, recallOf } from "./measure.ts";

const percent = (value: number): string => `${(value * 100).toFixed(1).padStart(5)} %`;

/** `node benchmarks/personal-data/run.ts` tells precision and recall by kind; with `write` it makes the corpus anew first. */
if (process.argv[2] === "write") writeCorpus();
for (const half of ["tuning", "heldOut"] as const) {
  const { columns, byEntity, precision, recall, faults } = measure(half);
  console.log(`\n${half}: ${columns} columns, precision ${percent(precision)}, recall ${percent(recall)}`);
  for (const [entity, counts] of [...byEntity].toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(
      `  ${entity.padEnd(18)} precision ${percent(precisionOf(counts))}  recall ${percent(recallOf(counts))}  (${counts.found + counts.missed} columns)`,
    );
  for (const fault of faults) console.log(`  ! ${fault}`);
}
