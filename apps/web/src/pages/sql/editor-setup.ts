import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  type CompletionContext,
  completionKeymap,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { PostgreSQL, sql } from "@codemirror/lang-sql";
import { bracketMatching } from "@codemirror/language";
import { type Diagnostic, linter, lintKeymap } from "@codemirror/lint";
import { type Extension, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLineGutter, keymap, lineNumbers, placeholder } from "@codemirror/view";
import type { SqlCompletions, SqlProblem } from "@granary/protocol";
import { offersAt } from "./complete-sql.ts";
import { editorLook } from "./editor-look.ts";
import { offsetOf, statementAt, type TextPart, wordAt } from "./sql-text.ts";

const CHECK_DELAY_MS = 700;

export interface EditorHooks {
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
  readonly completions: () => SqlCompletions | undefined;
  readonly check: (sql: string) => Promise<readonly SqlProblem[]>;
}

function ownCompletion(hooks: EditorHooks) {
  return (context: CompletionContext): CompletionResult | null => {
    const catalog = hooks.completions();
    const word = context.matchBefore(/"[^"\n]*|[\p{L}\p{N}_]+/u);
    const before = context.state.sliceDoc(0, context.pos);
    const isAfterPoint = before.endsWith(".");
    if (catalog === undefined || (word === null && !context.explicit && !isAfterPoint && !/\b(?:from|join)\s$/i.test(before))) return null;
    const { text } = statementAt(context.state.doc.toString(), context.pos);
    const options = offersAt(before, text, catalog);
    return options.length === 0 ? null : { from: word?.from ?? context.pos, options, validFor: /^"?[\p{L}\p{N}_ ]*$/u };
  };
}

/** A problem of a statement as a mark in the editor's text. */
export function markOf(text: string, part: TextPart, { message, line, column }: SqlProblem): Diagnostic {
  const place = line === null || column === null ? part.from : part.from + offsetOf(part.text, line, column);
  const word = wordAt(text, Math.min(place, text.length));
  return { from: word.from, to: line === null ? Math.max(part.to, word.to) : word.to, severity: "error", message };
}

function checker(hooks: EditorHooks): Extension {
  return linter(
    async (view) => {
      const text = view.state.doc.toString();
      const part = statementAt(text, view.state.selection.main.head);
      if (part.text === "") return [];
      const problems = await hooks.check(part.text);
      return problems.map((problem) => markOf(text, part, problem));
    },
    { delay: CHECK_DELAY_MS },
  );
}

/** The editor's parts. Tab moves on as everywhere; only an open list of completions takes it. */
export function editorExtensions(hooks: EditorHooks): Extension {
  const run = () => {
    hooks.onRun();
    return true;
  };
  return [
    lineNumbers(),
    highlightActiveLineGutter(),
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    EditorView.lineWrapping,
    placeholder("SELECT … FROM a dataset"),
    sql({ dialect: PostgreSQL }),
    autocompletion({ override: [ownCompletion(hooks)], icons: false }),
    checker(hooks),
    Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
    keymap.of([{ key: "Tab", run: acceptCompletion }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap]),
    EditorView.contentAttributes.of({ "aria-label": "SQL query", spellcheck: "false", autocapitalize: "off" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) hooks.onChange(update.state.doc.toString());
    }),
    editorLook,
  ];
}
