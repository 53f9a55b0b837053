import { ActionIcon, Button } from "@mantine/core";
import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import Plus from "lucide-react/icons/plus";
import X from "lucide-react/icons/x";
import { type ReactNode, useRef } from "react";
import { usePanel } from "../panels/panel-context.ts";
import classes from "./fields.module.css";

interface RowsProps<T> {
  /** Of one row, such as `column`. */
  readonly name: string;
  readonly rows: readonly T[];
  readonly onChange: (rows: T[]) => void;
  /** What a new row is. */
  readonly fresh: () => T;
  readonly children: (row: T, set: (change: Partial<T>) => void, index: number) => ReactNode;
  /** Whether the order means something. */
  readonly isOrdered?: boolean;
  readonly max?: number;
  readonly addText?: string;
}

/** A list of settings that are alike: add, change, order and remove. */
export function Rows<T>({ name, rows, onChange, fresh, children, isOrdered = false, max = 500, addText }: RowsProps<T>) {
  const { mayEdit } = usePanel();
  const list = useRef<HTMLUListElement>(null);
  const add = () => {
    onChange([...rows, fresh()]);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("li:last-child :is(input, .cm-content, button)")?.focus());
  };
  const move = (from: number, to: number) => {
    const next = [...rows];
    const [row] = next.splice(from, 1);
    if (row !== undefined) next.splice(to, 0, row);
    onChange(next);
  };
  return (
    <>
      {rows.length > 0 && (
        <ul className={classes.rows} ref={list}>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else that tells them apart while they are typed
            <li key={index} className={classes.row}>
              <div className={classes.rowBody}>
                {children(row, (change) => onChange(rows.map((other, at) => (at === index ? { ...other, ...change } : other))), index)}
              </div>
              {mayEdit && (
                <div className={classes.rowTools}>
                  {isOrdered && rows.length > 1 && (
                    <>
                      <ActionIcon size="sm" aria-label={`Move ${name} ${index + 1} up`} disabled={index === 0} onClick={() => move(index, index - 1)}>
                        <ArrowUp size={13} />
                      </ActionIcon>
                      <ActionIcon
                        size="sm"
                        aria-label={`Move ${name} ${index + 1} down`}
                        disabled={index === rows.length - 1}
                        onClick={() => move(index, index + 1)}
                      >
                        <ArrowDown size={13} />
                      </ActionIcon>
                    </>
                  )}
                  <ActionIcon size="sm" aria-label={`Remove ${name} ${index + 1}`} onClick={() => onChange(rows.filter((_, at) => at !== index))}>
                    <X size={13} />
                  </ActionIcon>
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayEdit && rows.length < max && (
        <Button className={classes.add ?? ""} variant="default" size="compact-xs" leftSection={<Plus size={12} />} onClick={add}>
          {addText ?? `Add a ${name}`}
        </Button>
      )}
    </>
  );
}
