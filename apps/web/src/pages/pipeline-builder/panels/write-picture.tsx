import classes from "./panels.module.css";

type Mode = "replace" | "append" | "upsert" | "soft_delete";
type Cell = "old" | "new" | "gone" | "none";

const BEFORE: readonly Cell[] = ["old", "old", "old"];
const AFTER: Readonly<Record<Mode, readonly Cell[]>> = {
  replace: ["new", "new"],
  append: ["old", "old", "old", "new", "new"],
  upsert: ["old", "new", "old", "new"],
  soft_delete: ["gone", "new", "gone", "new"],
};
const WORDS: Readonly<Record<Mode, string>> = {
  replace: "Three rows before; afterwards the two new ones alone.",
  append: "Three rows before; afterwards the same three and two new ones.",
  upsert: "Three rows before; afterwards two of them, one in its new form, and one more.",
  soft_delete: "Three rows before; afterwards two of them marked as gone, one in its new form, and one more.",
};

function Stack({ title, cells }: { readonly title: string; readonly cells: readonly Cell[] }) {
  return (
    <span className={classes.stack}>
      <span className={classes.stackTitle}>{title}</span>
      {cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the picture never changes its order
        <span key={index} className={classes.cell} data-cell={cell}>
          {cell === "gone" ? "marked" : cell}
        </span>
      ))}
    </span>
  );
}

/** What a way of writing does to rows that are there. */
export function WritePicture({ mode }: { readonly mode: Mode }) {
  return (
    <div className={classes.picture} role="img" aria-label={WORDS[mode]}>
      <Stack title="Before" cells={BEFORE} />
      <span aria-hidden="true">→</span>
      <Stack title="After" cells={AFTER[mode]} />
    </div>
  );
}
