import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { PostgreSQL, sql } from "@codemirror/lang-sql";
import { bracketMatching } from "@codemirror/language";
import { type Diagnostic, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Annotation, type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import type { GraphFault } from "@granary/protocol";
import { type RefObject, useEffect, useEffectEvent, useImperativeHandle, useRef } from "react";
import { editorLook } from "../../sql/editor-look.ts";
import { completer, type Names } from "./complete.ts";
import classes from "./expression.module.css";

/** What stands beside the editor may do with it. */
export interface ExpressionHandle {
  readonly insert: (text: string) => void;
}

interface ExpressionEditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly names: Names;
  readonly faults: readonly GraphFault[];
  readonly hint: string;
  readonly isReadOnly: boolean;
  readonly isTall?: boolean;
  readonly ref: RefObject<ExpressionHandle | null>;
}

/** Marks what came from outside, such as a step back, and is not told again. */
const fromOutside = Annotation.define<boolean>();
const compact = EditorView.theme({
  "&": { height: "auto" },
  ".cm-content": { padding: "6px 0" },
  ".cm-line": { padding: "0 8px" },
  ".cm-scroller": { lineHeight: "1.25rem", fontSize: "0.75rem" },
});

function marks(faults: readonly GraphFault[], length: number): Diagnostic[] {
  return faults.map(({ start = 0, end = length, severity, message }) => ({
    from: Math.min(start, length),
    to: Math.min(Math.max(end, start), length),
    severity,
    message,
  }));
}

function extensionsOf(options: {
  readonly label: string;
  readonly hint: string;
  readonly isReadOnly: boolean;
  readonly names: () => Names;
  readonly onChange: (text: string) => void;
}): Extension {
  return [
    history(),
    bracketMatching(),
    closeBrackets(),
    EditorView.lineWrapping,
    placeholder(options.hint),
    sql({ dialect: PostgreSQL }),
    autocompletion({ override: [completer(options.names)], icons: false }),
    EditorView.editable.of(!options.isReadOnly),
    Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => true }])),
    keymap.of([{ key: "Tab", run: acceptCompletion }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap]),
    EditorView.contentAttributes.of({ "aria-label": options.label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((transaction) => transaction.annotation(fromOutside) === true))
        options.onChange(update.state.doc.toString());
    }),
    editorLook,
    compact,
  ];
}

/** An expression with colours, completion and marks where the checker finds faults. Tab moves on unless a completion is open. */
export default function ExpressionEditor({ label, value, onChange, names, faults, hint, isReadOnly, isTall = false, ref }: ExpressionEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  const known = useEffectEvent(() => names);
  const start = useEffectEvent(() => value);
  useEffect(() => {
    if (place.current === null) return undefined;
    const made = new EditorView({
      doc: start(),
      parent: place.current,
      extensions: extensionsOf({ label, hint, isReadOnly, names: () => known(), onChange: (text) => changed(text) }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [label, hint, isReadOnly]);
  useEffect(() => {
    const now = view.current;
    if (now === null || now.state.doc.toString() === value) return;
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value }, annotations: fromOutside.of(true) });
  }, [value]);
  useEffect(() => {
    const now = view.current;
    if (now !== null) now.dispatch(setDiagnostics(now.state, marks(faults, now.state.doc.length)));
  }, [faults, value]);
  useImperativeHandle(
    ref,
    () => ({
      insert: (text) => {
        const now = view.current;
        if (now === null) return;
        const { from, to } = now.state.selection.main;
        now.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, scrollIntoView: true });
        now.focus();
      },
    }),
    [],
  );
  return (
    <div ref={place} className={classes.editor} data-tall={isTall || undefined} data-bad={faults.some(({ severity }) => severity === "error") || undefined} />
  );
}
