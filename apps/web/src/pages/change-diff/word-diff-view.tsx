import { useMemo } from "react";
import classes from "./diff.module.css";
import { wordDiff } from "./word-diff.ts";

/** A long text as it was and becomes, word by word. */
export function WordDiffView({ before, after }: { readonly before: string; readonly after: string }) {
  const parts = useMemo(() => wordDiff(before, after), [before, after]);
  return (
    <div className={classes.words} tabIndex={0} role="group" aria-label="What differs, word by word">
      {parts.map(({ kind, text }, index) => {
        // The parts of two texts have no identity but their place, which never changes.
        const key = `${index} ${kind}`;
        if (kind === "same") return <span key={key}>{text}</span>;
        return kind === "old" ? <del key={key}>{text}</del> : <ins key={key}>{text}</ins>;
      })}
    </div>
  );
}
