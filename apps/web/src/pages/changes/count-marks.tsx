import { useFormat } from "../../kit/format.tsx";
import classes from "./changes.module.css";
import { KIND_MARKS, type MarkKind, marksOf } from "./change-words.ts";

/** The letter that stands for what happened to a row, in its colour. */
export function Letter({ kind }: { readonly kind: MarkKind }) {
  const { letter, word } = KIND_MARKS[kind];
  return (
    <span className={classes.letter} data-kind={kind} title={word}>
      <span aria-hidden="true">{letter}</span>
      <span className="g-hidden">{word}</span>
    </span>
  );
}

/** How many rows are added, modified and deleted, each by its letter. */
export function CountMarks({ counts }: { readonly counts: Parameters<typeof marksOf>[0] | null }) {
  const format = useFormat();
  if (counts === null) return null;
  const marks = marksOf(counts);
  if (marks.length === 0) return <span className={classes.soft}>nothing changes</span>;
  return (
    <span className={classes.marks}>
      {marks.map(({ kind, rows }) => (
        <span key={kind} className={classes.mark}>
          <Letter kind={kind} /> {format.number(rows)}
        </span>
      ))}
    </span>
  );
}
