import { type KeyboardEvent, useState } from "react";
import classes from "./editing.module.css";

export type Leave = "stay" | "down" | "right" | "left";

interface CellInputProps {
  readonly label: string;
  readonly start: string;
  readonly onCommit: (value: string, then: Leave) => void;
  readonly onCancel: () => void;
}

const THEN: Readonly<Record<string, Leave>> = { Enter: "down", Tab: "right" };

/** A cell while its value is typed: Enter and Tab keep it and go on, Escape leaves it as it was. */
export function CellInput({ label, start, onCommit, onCancel }: CellInputProps) {
  const [text, setText] = useState(start);
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const then = THEN[event.key];
    if (then !== undefined) {
      event.preventDefault();
      onCommit(text, then === "right" && event.shiftKey ? "left" : then);
    } else if (event.key === "Escape") onCancel();
  };
  return (
    <input
      className={classes.input}
      aria-label={label}
      value={text}
      autoFocus
      onFocus={(event) => event.currentTarget.setSelectionRange(text.length, text.length)}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      onBlur={() => onCommit(text, "stay")}
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
    />
  );
}
