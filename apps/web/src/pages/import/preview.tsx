import type { InspectedColumn, InspectedFile } from "@granary/protocol";
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { useFormat } from "../../kit/format.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { type Draft, doubledNames, isLeftOut, nameOf, withColumn } from "./draft.ts";
import classes from "./import.module.css";
import { chosenType, typeChange, typeChoices, typeName } from "./type-choices.ts";

interface PreviewProps {
  readonly inspected: InspectedFile;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
}

const SHOWN_ROWS = 12;
const FIRST_COLUMNS = 40;

const cellText = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

/** The typed rows as they will be, each column with what speaks for its type and what can be changed. */
export function Preview({ inspected, draft, onDraft }: PreviewProps) {
  const [limit, setLimit] = useState(FIRST_COLUMNS);
  const columns = inspected.columns.slice(0, limit);
  const doubled = doubledNames(draft, inspected.columns);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <div className={classes.preview} role="region" aria-label="Preview" tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.source} scope="col" data-out={isLeftOut(draft, column.source) || undefined}>
                  <ColumnHead column={column} draft={draft} onDraft={onDraft} isDoubled={doubled.has(nameOf(draft, column).trim().toLowerCase())} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {inspected.rows.slice(0, SHOWN_ROWS).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
              <tr key={index}>
                {columns.map((column, at) => (
                  <td
                    key={column.source}
                    data-out={isLeftOut(draft, column.source) || undefined}
                    data-number={/^(bigint|integer|decimal|double)/.test(column.type) || undefined}
                  >
                    {row[at] === null || row[at] === undefined ? <span className={classes.null}>empty</span> : cellText(row[at])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {inspected.columns.length > limit && (
        <div className={classes.more}>
          <Button size="xs" variant="default" onClick={() => setLimit(limit * 4)}>
            Show more of the {inspected.columns.length} columns
          </Button>
        </div>
      )}
      <Findings inspected={inspected} />
    </>
  );
}

interface ColumnHeadProps extends Omit<PreviewProps, "inspected"> {
  readonly column: InspectedColumn;
  readonly isDoubled: boolean;
}

function ColumnHead({ column, draft, onDraft, isDoubled }: ColumnHeadProps) {
  const { source, evidence } = column;
  const said = draft.columns[source];
  const choices = typeChoices(column, said);
  const name = nameOf(draft, column);
  const isOut = isLeftOut(draft, source);
  const fault = isDoubled ? "Another column has this name" : name.trim() === "" ? "Give it a name" : undefined;
  return (
    <div className={classes.column}>
      <TextInput
        key={column.name}
        size="xs"
        aria-label={`Name of ${source}`}
        value={name}
        error={isOut ? undefined : fault}
        disabled={isOut}
        onChange={(event) => onDraft(withColumn(draft, source, { name: event.currentTarget.value === column.name ? undefined : event.currentTarget.value }))}
      />
      {column.canRetype ? (
        <NativeSelect
          size="xs"
          aria-label={`Type of ${source}`}
          value={chosenType(choices, said)}
          disabled={isOut}
          data={choices.map(({ value, label }) => ({ value, label }))}
          onChange={(event) => onDraft(withColumn(draft, source, typeChange(choices, event.currentTarget.value)))}
        />
      ) : (
        <span className={classes.fixedType}>{typeName(column.type)}</span>
      )}
      <p className={classes.verdict} data-unsure={column.alternatives.length > 0 || evidence.misfit !== null || undefined}>
        {evidence.text}
        {column.alternatives.length > 0 && "; it can be read in several ways, so choose one"}
      </p>
      <Checkbox
        size="xs"
        label="Load it"
        aria-label={`Load ${source}`}
        checked={!isOut}
        onChange={(event) => onDraft(withColumn(draft, source, { skip: event.currentTarget.checked ? undefined : true }))}
      />
    </div>
  );
}

const LISTED_REJECTS = 5;

function Findings({ inspected }: { readonly inspected: InspectedFile }) {
  const format = useFormat();
  const { warnings, rejected, rejectedCount, records } = inspected;
  if (warnings.length === 0 && rejectedCount === 0) return null;
  return (
    <div className={classes.findings}>
      {rejectedCount > 0 && (
        <section aria-label="Records that do not fit">
          <p className={classes.findingHead}>
            <StatusBadge tone="warn">
              {format.number(rejectedCount)} of {format.number(records)} records do not fit
            </StatusBadge>{" "}
            They are set aside with their reason, to be repaired after the import.
          </p>
          <ul className={classes.findingList}>
            {rejected.slice(0, LISTED_REJECTS).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: several records may begin on one line
              <li key={index}>
                Line {format.number(row.line)}: {row.reason} <code>{row.raw.slice(0, 200)}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      {warnings.length > 0 && (
        <section aria-label="Good to know">
          <ul className={classes.findingList}>
            {warnings.map(({ code, message, column }) => (
              <li key={`${code} ${column ?? ""}`}>{message}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
