import type { NodeProps } from "@xyflow/react";
import type { NoteNode } from "./flow-parts.ts";
import classes from "./graph.module.css";

/** A comment that nobody can change here. */
export function Note({ data, selected }: NodeProps<NoteNode>) {
  return (
    <div className={classes.note} data-selected={selected || undefined}>
      {data.text}
    </div>
  );
}
