import { columnRecogniser } from "@granary/core/personal-data";
import { type Figure, median } from "../foundation/report.ts";
import { readCorpus } from "../personal-data/corpus.ts";
import { Random } from "../personal-data/random.ts";
import { TABLES } from "../personal-data/tables.ts";

const VALUES = 10_000;
const RUNS = 3;

/** Looks for personal data in ten thousand different values of every column of the corpus: what is looked for, and its counterparts. */
export async function detection(): Promise<Figure[]> {
  const columns = TABLES.tuning.flatMap(({ columns: made }, table) => {
    const random = new Random(table + 7);
    return made.map(({ name, cell }) => ({ name, type: "text", values: [...new Set(Array.from({ length: VALUES }, (_, row) => cell(random, row)))] }));
  });
  const cells = columns.reduce((sum, { values }) => sum + values.length, 0);
  const speeds: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const recognise = columnRecogniser();
    const start = performance.now();
    for (const column of columns) recognise(column);
    speeds.push((cells / (performance.now() - start)) * 1_000);
  }
  return [
    {
      name: "different values searched for personal data",
      value: median(speeds),
      unit: "cells/s",
      goal: { min: 500_000 },
      note: `${columns.length} columns of ${readCorpus("tuning").length}, ${cells} cells, one core`,
    },
  ];
}
