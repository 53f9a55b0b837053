import { Fragment } from "react";
import classes from "./highlight.module.css";

/** The parts of a text that are some words, whatever their case, and those between; words inside longer ones count. */
export function highlightParts(text: string, words: readonly string[]): readonly { readonly text: string; readonly isHit: boolean }[] {
  const known = words.filter((word) => word !== "").toSorted((left, right) => right.length - left.length);
  if (known.length === 0) return [{ text, isHit: false }];
  const pattern = new RegExp(`(${known.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "giu");
  return text.split(pattern).flatMap((part, index) => (part === "" ? [] : [{ text: part, isHit: index % 2 === 1 }]));
}

/** A text with the words of a search marked. */
export function Highlight({ text, words }: { readonly text: string; readonly words: readonly string[] }) {
  return highlightParts(text, words).map((part, index) =>
    part.isHit ? (
      <mark key={index} className={classes.hit}>
        {part.text}
      </mark>
    ) : (
      <Fragment key={index}>{part.text}</Fragment>
    ),
  );
}
