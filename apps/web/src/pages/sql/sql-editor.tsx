import { setDiagnostics } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import type { SqlProblem } from "@granary/protocol";
import { type RefObject, useEffect, useEffectEvent, useImperativeHandle, useRef } from "react";
import { type EditorHooks, editorExtensions, markOf } from "./editor-setup.ts";
import classes from "./sql.module.css";
import { statementAt, type TextPart } from "./sql-text.ts";

/** What the page does with the editor. */
export interface EditorHandle {
  /** What is chosen, or the statement at the cursor. */
  readonly statement: () => TextPart;
  readonly replace: (text: string) => void;
  /** Writes a name at the cursor. */
  readonly insert: (text: string) => void;
  /** Shows what was wrong with a statement that was run. */
  readonly mark: (part: TextPart, problem: SqlProblem) => void;
  readonly focus: () => void;
}

interface SqlEditorProps extends EditorHooks {
  readonly initial: string;
  readonly ref: RefObject<EditorHandle | null>;
}

function insertAt(view: EditorView, text: string): void {
  const { from, to } = view.state.selection.main;
  const before = view.state.sliceDoc(Math.max(0, from - 1), from);
  const gap = before === "" || /[\s(.,"]/.test(before) ? "" : " ";
  view.dispatch({ changes: { from, to, insert: gap + text }, selection: { anchor: from + gap.length + text.length }, scrollIntoView: true });
  view.focus();
}

function handleOf(view: EditorView): EditorHandle {
  return {
    statement: () => {
      const { from, to, head } = view.state.selection.main;
      const chosen = view.state.sliceDoc(from, to);
      return chosen.trim() === "" ? statementAt(view.state.doc.toString(), head) : { from, to, text: chosen };
    },
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: text.length } }),
    insert: (text) => insertAt(view, text),
    mark: (part, problem) => view.dispatch(setDiagnostics(view.state, [markOf(view.state.doc.toString(), part, problem)])),
    focus: () => view.focus(),
  };
}

/** A text of SQL with colours, completion and marks. It keeps its own text; the page is told of every change. */
export function SqlEditor({ initial, ref, ...hooks }: SqlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const onChange = useEffectEvent(hooks.onChange);
  const onRun = useEffectEvent(hooks.onRun);
  const completions = useEffectEvent(hooks.completions);
  const check = useEffectEvent(hooks.check);
  const start = useEffectEvent(() => initial);
  useEffect(() => {
    if (place.current === null) return undefined;
    const made = new EditorView({
      doc: start(),
      parent: place.current,
      extensions: editorExtensions({
        onChange: (text) => onChange(text),
        onRun: () => onRun(),
        completions: () => completions(),
        check: (sql) => check(sql),
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);
  useImperativeHandle(ref, () => {
    const now = (): EditorHandle => {
      if (view.current === null) throw new Error("the editor is gone");
      return handleOf(view.current);
    };
    return {
      statement: () => now().statement(),
      replace: (text) => now().replace(text),
      insert: (text) => now().insert(text),
      mark: (part, problem) => now().mark(part, problem),
      focus: () => now().focus(),
    };
  }, []);
  return <div ref={place} className={classes.editor} />;
}
