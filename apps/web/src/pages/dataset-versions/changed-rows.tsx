import type { DatasetDifference } from "@granary/protocol";
import { Fragment } from "react";
import classes from "./versions.module.css";

type Change = DatasetDifference["changes"][number];

interface ChangedRowsProps {
  readonly columns: DatasetDifference["columns"];
  readonly changes: readonly Change[];
}

const LETTERS = { added: "A", removed: "R", modified: "C", duplicate_key: "K", null_key: "K" } as const;
const WORDS = {
  added: "added",
  removed: "removed",
  modified: "changed",
  duplicate_key: "its key occurs more than once",
  null_key: "it lacks a key",
} as const;
const LONG = 200;

const short = (text: string | null | undefined) =>
  text === null || text === undefined ? <span className={classes.soft}>empty</span> : text.length > LONG ? `${text.slice(0, LONG)}…` : text;

/** Rows that differ, each with its letter; of changed cells the old value above the new one. */
export function ChangedRows({ columns, changes }: ChangedRowsProps) {
  return (
    <div className={classes.changes} role="region" aria-label="Changed rows" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="g-hidden">What happened</span>
            </th>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {changes.map((change, index) => (
            // A change has no identity of its own; its place in the comparison never changes.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <tr key={index} data-kind={change.kind}>
              <th scope="row" title={WORDS[change.kind]}>
                <span className={classes.letter} aria-hidden="true">
                  {LETTERS[change.kind]}
                </span>
                <span className="g-hidden">{WORDS[change.kind]}</span>
              </th>
              {columns.map(({ name }, at) => (
                <td key={name}>
                  <Cell change={change} at={at} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ change, at }: { readonly change: Change; readonly at: number }) {
  if (change.changed[at] !== true) return <Fragment>{short((change.new ?? change.old)?.[at])}</Fragment>;
  return (
    <>
      <del>{short(change.old?.[at])}</del>
      <ins>{short(change.new?.[at])}</ins>
    </>
  );
}
