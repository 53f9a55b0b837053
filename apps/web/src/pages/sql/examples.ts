import type { SqlCompletions } from "@granary/protocol";
import { quoteName } from "./sql-text.ts";

export interface Example {
  readonly title: string;
  readonly sql: string;
}

/** The first look at a dataset. */
export const firstRows = (name: string): string => `SELECT *\nFROM ${quoteName(name)}\nLIMIT 100`;

/** What such a column holds is mostly there once, so that nothing is to be counted by it. */
const UNIQUE = /(^|[\s_-])(ids?|keys?|codes?|numbers?|notes?|comments?|descriptions?|e-?mail|phone)$/i;

/** Queries to begin with, over the first dataset there is. */
export function examplesOf({ datasets }: SqlCompletions): readonly Example[] {
  const dataset = datasets[0];
  if (dataset === undefined) return [];
  const from = `FROM ${quoteName(dataset.name)}`;
  const texts = dataset.columns.filter(({ type }) => type === "text");
  const text = texts.find(({ name }) => !UNIQUE.test(name)) ?? texts[0];
  const number = dataset.columns.find(({ type }) => type === "decimal" || type === "number") ?? dataset.columns.find(({ type }) => type === "integer");
  const grouped = text === undefined ? undefined : quoteName(text.name);
  return [
    { title: `The first rows of ${dataset.name}`, sql: firstRows(dataset.name) },
    ...(grouped === undefined
      ? []
      : [
          {
            title: `How often each ${text?.name} occurs`,
            sql: `SELECT ${grouped}, count(*) AS how_many\n${from}\nGROUP BY ALL\nORDER BY how_many DESC\nLIMIT 20`,
          },
        ]),
    ...(grouped === undefined || number === undefined
      ? []
      : [
          {
            title: `The sum of ${number.name} by ${text?.name}`,
            sql: `SELECT ${grouped}, sum(${quoteName(number.name)}) AS total\n${from}\nGROUP BY ALL\nORDER BY total DESC\nLIMIT 20`,
          },
        ]),
    { title: "How many rows there were at version 1", sql: `SELECT count(*) AS how_many\n${from} AT (VERSION => 1)` },
  ];
}
