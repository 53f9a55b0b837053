import type { PipelineDocument } from "@granary/protocol";
import { useEffect, useReducer, useState } from "react";
import { begin, type Edit, reduce } from "./document-reducer.ts";
import { dropDraft, keepDraft, readDraft } from "./saving/local-draft.ts";

const KEEP_MS = 400;

export interface KeptDocument {
  readonly document: PipelineDocument;
  readonly edit: (edit: Edit, going?: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Whether it differs from what the server keeps. */
  readonly isChanged: boolean;
  /** The version it is made from. */
  readonly base: number;
  /** When what was not saved and came back after a reload was drawn; undefined once that was looked at. */
  readonly restoredAt: string | undefined;
  /** What the server keeps is this from now on. */
  readonly saved: (document: PipelineDocument, version: number) => void;
  /** Back to what the server keeps. */
  readonly discard: () => void;
  readonly seenRestored: () => void;
}

/** The document with its history; what is not saved outlives a reload in this browser. */
export function useDocument(owner: string, kept: { readonly document: PipelineDocument; readonly version: number }): KeptDocument {
  const [draft] = useState(() => readDraft(owner));
  const [clean, setClean] = useState({ document: kept.document, version: draft?.base ?? kept.version });
  const [history, dispatch] = useReducer(reduce, draft?.document ?? kept.document, begin);
  const [restoredAt, setRestoredAt] = useState(draft?.at);
  const { document } = history;
  const isChanged = document !== clean.document;
  useEffect(() => {
    if (!isChanged) return dropDraft(owner);
    const timer = setTimeout(() => keepDraft(owner, { base: clean.version, document, at: new Date().toISOString() }), KEEP_MS);
    return () => clearTimeout(timer);
  }, [owner, document, isChanged, clean.version]);
  return {
    document,
    edit: (edit, going) => dispatch({ do: "edit", edit, going }),
    undo: () => dispatch({ do: "undo" }),
    redo: () => dispatch({ do: "redo" }),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    isChanged,
    base: clean.version,
    restoredAt,
    saved: (now, version) => {
      setClean({ document: now, version });
      setRestoredAt(undefined);
      if (now !== document) dispatch({ do: "edit", edit: { edit: "replace", document: now } });
    },
    discard: () => {
      setClean({ document: kept.document, version: kept.version });
      setRestoredAt(undefined);
      dispatch({ do: "reset", document: kept.document });
    },
    seenRestored: () => setRestoredAt(undefined),
  };
}
