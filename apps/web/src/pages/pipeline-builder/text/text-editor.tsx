import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { Annotation } from "@codemirror/state";
import { EditorView, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useEffectEvent, useRef } from "react";
import { editorLook } from "../../sql/editor-look.ts";
import type { TextFormat } from "./yaml-text.ts";
import type { TextFault } from "./yaml-text.ts";
import classes from "./text.module.css";

const fromOutside = Annotation.define<boolean>();

interface TextEditorProps {
  readonly text: string;
  readonly format: TextFormat;
  readonly faults: readonly TextFault[];
  readonly isReadOnly: boolean;
  readonly onChange: (text: string) => void;
}

/** A pipeline's text with the faults at their lines. */
export function TextEditor({ text, format, faults, isReadOnly, onChange }: TextEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  const start = useEffectEvent(() => text);
  useEffect(() => {
    if (place.current === null) return undefined;
    const made = new EditorView({
      doc: start(),
      parent: place.current,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        lintGutter(),
        history(),
        bracketMatching(),
        EditorView.lineWrapping,
        ...(format === "json" ? [javascript()] : []),
        EditorView.editable.of(!isReadOnly),
        keymap.of([...historyKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({ "aria-label": "The pipeline as text", tabindex: "0", spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((transaction) => transaction.annotation(fromOutside) === true))
            changed(update.state.doc.toString());
        }),
        editorLook,
      ],
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [format, isReadOnly]);
  useEffect(() => {
    const now = view.current;
    if (now === null || now.state.doc.toString() === text) return;
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: text }, annotations: fromOutside.of(true) });
  }, [text]);
  useEffect(() => {
    const now = view.current;
    if (now === null) return;
    const { length } = now.state.doc;
    now.dispatch(
      setDiagnostics(
        now.state,
        faults.map(({ from, to, severity, message }) => ({ from: Math.min(from, length), to: Math.min(to, length), severity, message })),
      ),
    );
  }, [faults, text]);
  return <div ref={place} className={classes.editor} />;
}
