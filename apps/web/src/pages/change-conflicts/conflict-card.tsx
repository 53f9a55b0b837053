import type { ConflictRow } from "@granary/protocol";
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { Value } from "../change-diff/diff-cell.tsx";
import classes from "./conflicts.module.css";
import { type Decision, type Decisions, decisionOf, isWhole } from "./resolutions.ts";

interface ConflictCardProps {
  readonly row: ConflictRow;
  readonly keys: readonly string[];
  readonly decisions: Decisions;
  /** Undefined for those who only read. */
  readonly onDecide: ((column: string | undefined, decision: Decision) => void) | undefined;
}

const WORDS = {
  cells: "changed on both sides",
  deleted_there: "deleted from the dataset meanwhile, and changed here",
  deleted_here: "to be deleted here, and changed in the dataset meanwhile",
  added_twice: "added on both sides",
} as const;

/** One row with the cells that two sides changed: what it was, what is proposed, what is there now. */
export function ConflictCard({ row, keys, decisions, onDecide }: ConflictCardProps) {
  const name = row.key === null ? "A row" : row.key.map((part, index) => `${keys[index] ?? ""} ${part ?? "null"}`).join(", ");
  const decision = decisionOf(decisions, row.key, undefined);
  return (
    <section className={classes.card} aria-label={name}>
      <p className={classes.cardHead}>
        <strong>{name}</strong> <span className="g-soft">{WORDS[row.kind]}</span>
      </p>
      {isWhole(row) && onDecide !== undefined && row.key !== null && (
        <div className={classes.choices} role="group" aria-label={`${name} as a whole`}>
          <Side chosen={decision?.take === "mine"} onChoose={() => onDecide(undefined, { take: "mine" })}>
            {row.kind === "deleted_there" ? "Add it again as proposed" : "Delete it"}
          </Side>
          <Side chosen={decision?.take === "theirs"} onChoose={() => onDecide(undefined, { take: "theirs" })}>
            {row.kind === "deleted_there" ? "Leave it deleted" : "Keep it as it is now"}
          </Side>
        </div>
      )}
      <div className={classes.scroll} role="region" tabIndex={0} aria-label={`Cells of ${name}`}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Was</th>
              <th scope="col">Proposed here</th>
              <th scope="col">There now</th>
              {!isWhole(row) && onDecide !== undefined && row.key !== null && <th scope="col">What stays</th>}
            </tr>
          </thead>
          <tbody>
            {row.cells.map(({ column, base, mine, theirs }) => {
              const chosen = isWhole(row) ? undefined : decisionOf(decisions, row.key, column);
              return (
                <tr key={column}>
                  <th scope="row">{column}</th>
                  <td data-label="Was">
                    <Value text={base} />
                  </td>
                  <td data-label="Proposed here" data-chosen={chosen?.take === "mine" || undefined}>
                    <Value text={mine} />
                  </td>
                  <td data-label="There now" data-chosen={chosen?.take === "theirs" || undefined}>
                    <Value text={theirs} />
                  </td>
                  {!isWhole(row) && onDecide !== undefined && row.key !== null && (
                    <td>
                      <CellChoice column={column} chosen={chosen} start={mine} onDecide={(made) => onDecide(column, made)} />
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface CellChoiceProps {
  readonly column: string;
  readonly chosen: Decision | undefined;
  readonly start: string | null;
  readonly onDecide: (decision: Decision) => void;
}

function CellChoice({ column, chosen, start, onDecide }: CellChoiceProps) {
  const [text, setText] = useState(start ?? "");
  const isTyping = chosen?.take === "value";
  return (
    <div className={classes.choices} role="group" aria-label={`What stays of ${column}`}>
      <Side chosen={chosen?.take === "mine"} onChoose={() => onDecide({ take: "mine" })}>
        Mine
      </Side>
      <Side chosen={chosen?.take === "theirs"} onChoose={() => onDecide({ take: "theirs" })}>
        Current
      </Side>
      <Side chosen={isTyping} onChoose={() => onDecide({ take: "value", value: text })}>
        Another
      </Side>
      {isTyping && (
        <TextInput
          size="xs"
          aria-label={`Value of ${column}`}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            onDecide({ take: "value", value: event.currentTarget.value });
          }}
          autoFocus
        />
      )}
    </div>
  );
}

function Side({ chosen, onChoose, children }: { readonly chosen: boolean; readonly onChoose: () => void; readonly children: string }) {
  return (
    <Button size="compact-xs" variant={chosen ? "filled" : "default"} aria-pressed={chosen} onClick={onChoose}>
      {children}
    </Button>
  );
}
