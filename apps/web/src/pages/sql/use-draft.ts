import { useCallback, useState } from "react";

/** Longer texts are not kept over a reload. */
const MAX_KEPT = 100_000;

const keyOf = (owner: string): string => `granary.sql.${owner}`;

function read(owner: string): string {
  try {
    return localStorage.getItem(keyOf(owner)) ?? "";
  } catch {
    return "";
  }
}

/** Keeps a text in this browser; without storage it lives as long as the page. */
export function keepDraft(owner: string, text: string): void {
  try {
    if (text.length <= MAX_KEPT) localStorage.setItem(keyOf(owner), text);
  } catch {
    // The draft is lost with the page then.
  }
}

/** What somebody writes, kept for them alone. */
export function useDraft(owner: string): readonly [string, (text: string) => void] {
  const [text, setText] = useState(() => read(owner));
  const change = useCallback(
    (changed: string) => {
      setText(changed);
      keepDraft(owner, changed);
    },
    [owner],
  );
  return [text, change];
}
