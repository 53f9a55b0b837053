import { suggestFields } from "@granary/graph";
import type { GraphColumn } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useMemo } from "react";
import type { MapField } from "./map-field.ts";
import classes from "./mapper.module.css";

interface SuggestionsProps {
  readonly columns: readonly GraphColumn[];
  readonly fields: readonly MapField[];
  readonly onFields: (fields: readonly MapField[]) => void;
}

/** Columns that seem to fit fields nothing fills yet; each can be taken, or all of them. */
export function Suggestions({ columns, fields, onFields }: SuggestionsProps) {
  const found = useMemo(() => {
    const open = fields.filter(({ from, expression }) => from === undefined && expression === undefined);
    const used = new Set(fields.map(({ from }) => from));
    return suggestFields(
      columns.filter(({ name }) => !used.has(name)),
      open.map(({ to, type }) => ({ name: to, type })),
    );
  }, [columns, fields]);
  if (found.length === 0) return null;
  const accept = (chosen: typeof found) =>
    onFields(
      fields.map((field) => {
        const from = chosen.find(({ to }) => to === field.to)?.from;
        return from === undefined ? field : { to: field.to, type: field.type, from };
      }),
    );
  return (
    <section className={classes.suggestions} aria-label="Suggestions">
      <div className={classes.suggestionsHead}>
        <span>{found.length === 1 ? "A column seems to fit a field" : `${found.length} columns seem to fit fields`}</span>
        <Button size="compact-xs" onClick={() => accept(found)}>
          Accept {found.length === 1 ? "it" : "all"}
        </Button>
      </div>
      <ul>
        {found.map((each) => (
          <li key={each.to}>
            <span>
              {each.from} → {each.to} <span className={classes.type}>{each.reason}</span>
            </span>
            <Button variant="subtle" size="compact-xs" aria-label={`Accept ${each.from} for ${each.to}`} onClick={() => accept([each])}>
              Accept
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
