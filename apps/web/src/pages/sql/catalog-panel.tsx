import type { SqlCompletions } from "@granary/protocol";
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import ChevronRight from "lucide-react/icons/chevron-right";
import Search from "lucide-react/icons/search";
import { useState } from "react";
import { completionsQuery } from "../../api/sql.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { TypeIcon } from "../datasets/type-icon.tsx";
import classes from "./sql.module.css";
import { quoteName } from "./sql-text.ts";

const TYPING_MS = 200;

interface CatalogPanelProps {
  readonly onInsert: (text: string) => void;
}

/** The datasets and columns a query can name; a click writes the name. */
export function CatalogPanel({ onInsert }: CatalogPanelProps) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS);
  const { data, error, refetch } = useQuery(completionsQuery(q === "" ? undefined : q));
  return (
    <section className={classes.catalog} aria-label="Datasets to query">
      <TextInput
        size="xs"
        aria-label="Search datasets"
        placeholder="Search datasets"
        leftSection={<Search size={13} />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {error !== null && data === undefined ? (
        <ErrorNote error={error} onRetry={() => void refetch()} />
      ) : (
        <Names data={data} onInsert={onInsert} isSearch={q !== ""} />
      )}
    </section>
  );
}

interface NamesProps extends CatalogPanelProps {
  readonly data: SqlCompletions | undefined;
  readonly isSearch: boolean;
}

function Names({ data, onInsert, isSearch }: NamesProps) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  if (data === undefined) return [70, 55, 80, 62].map((width) => <Line key={width} width={`${width}%`} />);
  if (data.datasets.length === 0)
    return <p className={classes.hint}>{isSearch ? "No dataset has this in its name." : "No dataset with rows is shared with you yet."}</p>;
  const toggle = (name: string) =>
    setOpened((before) => {
      const after = new Set(before);
      if (!after.delete(name)) after.add(name);
      return after;
    });
  return (
    <ul className={classes.names}>
      {data.datasets.map(({ name, columns }) => {
        const isOpen = opened.has(name) || data.datasets.length === 1;
        return (
          <li key={name}>
            <div className={classes.nameLine}>
              <button type="button" className={classes.fold} aria-expanded={isOpen} aria-label={`Columns of ${name}`} onClick={() => toggle(name)}>
                <ChevronRight size={13} aria-hidden="true" />
              </button>
              <button type="button" className={classes.insert} title={`Write ${quoteName(name)}`} onClick={() => onInsert(quoteName(name))}>
                {name}
              </button>
            </div>
            {isOpen && (
              <ul className={classes.columnNames}>
                {columns.map((column) => (
                  <li key={column.name}>
                    <button type="button" className={classes.insert} title={`Write ${quoteName(column.name)}`} onClick={() => onInsert(quoteName(column.name))}>
                      <TypeIcon type={column.type} />
                      <span className={classes.columnName}>{column.name}</span>
                      <span className={classes.columnType}>{column.type}</span>
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
      {!data.isComplete && <li className={classes.hint}>There are more: search for the one you mean.</li>}
    </ul>
  );
}
