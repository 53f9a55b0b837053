import type { Column } from "@granary/protocol";
import { Button, Checkbox, Popover, TextInput } from "@mantine/core";
import Columns3 from "lucide-react/icons/columns-3";
import { useState } from "react";
import classes from "./rows.module.css";

/** Beyond this many, columns are found by typing. */
const LISTED = 300;

interface ColumnChoiceProps {
  readonly columns: readonly Column[];
  readonly shown: readonly string[];
  /** None means all. */
  readonly onShown: (names: readonly string[]) => void;
}

/** Chooses the columns that are shown, in the dataset's order. */
export function ColumnChoice({ columns, shown, onShown }: ColumnChoiceProps) {
  const [wanted, setWanted] = useState("");
  const isAll = shown.length === 0;
  const fitting = columns.filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase()));
  const toggle = (name: string, isShown: boolean) => {
    const names = columns.map((column) => column.name).filter((other) => (other === name ? isShown : isAll || shown.includes(other)));
    if (names.length > 0) onShown(names.length === columns.length ? [] : names);
  };
  return (
    <Popover position="bottom-start" width={260} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<Columns3 size={14} />}>
          {isAll ? "Columns" : `${shown.length} of ${columns.length} columns`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <div className={classes.editor}>
          <TextInput
            size="xs"
            aria-label="Find a column"
            placeholder="Find a column"
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          <div className={classes.choices}>
            {fitting.slice(0, LISTED).map(({ name }) => (
              <Checkbox
                key={name}
                size="xs"
                label={name}
                checked={isAll || shown.includes(name)}
                onChange={(event) => toggle(name, event.currentTarget.checked)}
              />
            ))}
          </div>
          <div className={classes.editorEnd}>
            <Button variant="default" size="xs" disabled={isAll} onClick={() => onShown([])}>
              Show all
            </Button>
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
