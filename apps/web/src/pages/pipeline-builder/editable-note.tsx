import type { NodeProps } from "@xyflow/react";
import { useState } from "react";
import { useBuilder } from "./builder-context.ts";
import type { NoteNode } from "./graph-view/flow-parts.ts";
import classes from "./graph-view/graph.module.css";

/** A comment on the canvas; a double click, or Enter, writes in it. */
export function EditableNote({ id, data, selected }: NodeProps<NoteNode>) {
  const { edit, mayEdit } = useBuilder();
  const [isWriting, setWriting] = useState(data.text === "");
  if (isWriting && mayEdit)
    return (
      <textarea
        className={`${classes.note} ${classes.noteText} nodrag`}
        aria-label="Comment"
        placeholder="What should others know here?"
        rows={3}
        maxLength={2_000}
        // biome-ignore lint/a11y/noAutofocus: somebody just asked to write here
        autoFocus={selected}
        value={data.text}
        onChange={(event) => edit({ edit: "change-comment", id, change: { text: event.currentTarget.value } }, `comment.${id}`)}
        onBlur={() => setWriting(data.text === "")}
        onKeyDown={(event) => event.key === "Escape" && setWriting(false)}
      />
    );
  return (
    <div className={classes.note} data-selected={selected || undefined} onDoubleClick={() => setWriting(true)}>
      {data.text === "" ? "Empty comment" : data.text}
      {mayEdit && selected && (
        <button type="button" className={`${classes.noteButton} nodrag`} onClick={() => setWriting(true)}>
          Write
        </button>
      )}
    </div>
  );
}
