import type { Column, RowFilter } from "@granary/protocol";
import { Button, Popover } from "@mantine/core";
import Plus from "lucide-react/icons/plus";
import X from "lucide-react/icons/x";
import { useState } from "react";
import { ConditionEditor } from "./condition-editor.tsx";
import { filterOf, isSimple, partsOf, sentenceOf } from "./conditions.ts";
import classes from "./rows.module.css";

interface ChipsProps {
  readonly columns: readonly Column[];
  readonly filter: RowFilter | undefined;
  readonly onFilter: (filter: RowFilter | undefined) => void;
}

/** The filter as a sentence, each condition of which can be changed or taken away. */
export function FilterChips({ columns, filter, onFilter }: ChipsProps) {
  const parts = partsOf(filter);
  if (parts.length === 0) return null;
  return (
    <div className={classes.chips} role="group" aria-label="Filter">
      <span>Rows where</span>
      {parts.map((part, index) => (
        <Chip
          key={index}
          columns={columns}
          part={part}
          joint={index > 0 ? "and" : ""}
          onChange={(changed) => onFilter(filterOf(parts.flatMap((other, at) => (at !== index ? [other] : changed === undefined ? [] : [changed]))))}
        />
      ))}
    </div>
  );
}

interface ChipProps {
  readonly columns: readonly Column[];
  readonly part: RowFilter;
  readonly joint: string;
  readonly onChange: (part: RowFilter | undefined) => void;
}

function Chip({ columns, part, joint, onChange }: ChipProps) {
  const [opened, setOpened] = useState(false);
  const sentence = sentenceOf(part, columns);
  const isEditable = isSimple(part) && columns.some(({ name }) => name === part.column);
  return (
    <>
      {joint !== "" && <span>{joint}</span>}
      <Popover opened={opened} onChange={setOpened} position="bottom-start" width={280} trapFocus returnFocus>
        <span className={classes.chip}>
          <Popover.Target>
            <button type="button" onClick={() => setOpened(isEditable)} title={sentence}>
              {sentence}
            </button>
          </Popover.Target>
          <button type="button" aria-label={`Remove the filter ${sentence}`} onClick={() => onChange(undefined)}>
            <X size={13} aria-hidden="true" />
          </button>
        </span>
        <Popover.Dropdown aria-label="Change filter">
          {isSimple(part) && (
            <ConditionEditor
              columns={columns}
              condition={part}
              onDone={(condition) => {
                setOpened(false);
                onChange(condition);
              }}
            />
          )}
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

/** The button that adds a condition. */
export function AddFilter({ columns, filter, onFilter }: ChipsProps) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={280} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<Plus size={14} />} onClick={() => setOpened((was) => !was)}>
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="New filter">
        <ConditionEditor
          columns={columns}
          condition={undefined}
          onDone={(condition) => {
            setOpened(false);
            onFilter(filterOf([...partsOf(filter), condition]));
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
