import { SEMANTIC_TYPES, type SemanticType } from "@granary/protocol";
import { ActionIcon, Button, Checkbox, Select, Textarea, TextInput } from "@mantine/core";
import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import X from "lucide-react/icons/x";
import { memo, useState } from "react";
import classes from "./schema.module.css";
import { type DraftColumn, typeChoices } from "./schema-draft.ts";

interface ColumnEditorProps {
  readonly column: DraftColumn;
  /** The type it has now. */
  readonly stored: string;
  readonly onChange: (key: string, change: Partial<DraftColumn>) => void;
  readonly onMove: (key: string, by: -1 | 1) => void;
  readonly onRemove: (key: string) => void;
}

const MEANINGS = SEMANTIC_TYPES.map((value) => ({ value, label: value.replaceAll("_", " ") }));

/** One column while it is edited; what is rarely changed comes on demand. */
export const ColumnEditor = memo(function ColumnEditor({ column, stored, onChange, onMove, onRemove }: ColumnEditorProps) {
  const [isOpen, setOpen] = useState(column.id === undefined);
  const { key, name, isKey, isDropped } = column;
  const called = name === "" ? "the new column" : name;
  const edit = (change: Partial<DraftColumn>) => onChange(key, change);
  if (isDropped)
    return (
      <li className={classes.column} data-dropped>
        <span className={classes.gone}>{name}</span>
        <Button size="compact-xs" variant="default" aria-label={`Keep ${name}`} onClick={() => edit({ isDropped: false })}>
          Keep it
        </Button>
      </li>
    );
  return (
    <li className={classes.column}>
      <TextInput size="xs" aria-label={`Name of ${called}`} placeholder="Name" value={name} onChange={(event) => edit({ name: event.currentTarget.value })} />
      <Select
        className={classes.type}
        size="xs"
        aria-label={`Type of ${called}`}
        data={typeChoices(column, stored)}
        value={column.type}
        allowDeselect={false}
        onChange={(value) => edit({ type: value ?? column.type })}
      />
      <div className={classes.checks} role="group" aria-label={`Rules of ${called}`}>
        <Checkbox size="xs" label="Key" checked={isKey} onChange={(event) => edit({ isKey: event.currentTarget.checked })} />
        <Checkbox
          size="xs"
          label="Required"
          checked={isKey || column.required}
          disabled={isKey}
          onChange={(event) => edit({ required: event.currentTarget.checked })}
        />
        <Checkbox size="xs" label="Unique" checked={column.unique} onChange={(event) => edit({ unique: event.currentTarget.checked })} />
      </div>
      <div className={classes.tools}>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          aria-expanded={isOpen}
          aria-label={`More about ${called}`}
          onClick={() => setOpen((was) => !was)}
        >
          {isOpen ? "Less" : "More"}
        </Button>
        <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`Move ${called} up`} onClick={() => onMove(key, -1)}>
          <ArrowUp size={14} />
        </ActionIcon>
        <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`Move ${called} down`} onClick={() => onMove(key, 1)}>
          <ArrowDown size={14} />
        </ActionIcon>
        <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`Drop ${called}`} onClick={() => onRemove(key)}>
          <X size={14} />
        </ActionIcon>
      </div>
      {isOpen && (
        <div className={classes.more}>
          <Textarea
            size="xs"
            label="Description"
            autosize
            maxRows={6}
            maxLength={2000}
            value={column.description}
            onChange={(event) => edit({ description: event.currentTarget.value })}
          />
          <Select
            size="xs"
            label="Meaning"
            placeholder="Nothing in particular"
            data={MEANINGS}
            clearable
            value={column.semanticType}
            onChange={(value) => edit({ semanticType: value as SemanticType | null })}
          />
          <Textarea
            size="xs"
            label="Allowed values"
            placeholder="One a line; any when empty"
            autosize
            maxRows={8}
            value={column.allowed}
            onChange={(event) => edit({ allowed: event.currentTarget.value })}
          />
        </div>
      )}
    </li>
  );
});
