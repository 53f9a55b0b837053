import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Everything by the theme's variables, so that the editor is light, dark or high in contrast with the page. */
const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--g-ink)", backgroundColor: "var(--g-canvas)", fontSize: "0.8125rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--g-mono)", lineHeight: "1.375rem", overflow: "auto" },
  ".cm-content": { caretColor: "var(--g-ink)", padding: "10px 0" },
  ".cm-line": { padding: "0 12px 0 8px" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--g-ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--g-accent-wash)" },
  ".cm-gutters": { backgroundColor: "var(--g-sunken)", color: "var(--g-ink-soft)", border: "0", borderRight: "1px solid var(--g-line)" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  ".cm-activeLineGutter": { backgroundColor: "var(--g-hover)", color: "var(--g-ink)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--g-hover)", outline: "1px solid var(--g-line-strong)" },
  ".cm-placeholder": { color: "var(--g-ink-soft)" },
  ".cm-tooltip": { border: "1px solid var(--g-line)", borderRadius: "var(--g-radius)", backgroundColor: "var(--g-raised)", boxShadow: "var(--g-shadow)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--g-mono)", fontSize: "0.75rem", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", color: "var(--g-ink)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--g-accent-wash)", color: "var(--g-ink)" },
  ".cm-completionDetail": { color: "var(--g-ink-soft)", fontStyle: "normal" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--g-sans)", fontSize: "0.8125rem" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--g-bad)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--g-bad)", textUnderlineOffset: "3px" },
  ".cm-lintPoint-error::after": { borderBottomColor: "var(--g-bad)" },
});

const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--g-accent-ink)", fontWeight: "500" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--g-good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--g-info)" },
  { tag: tags.typeName, color: "var(--g-info)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--g-ink-soft)", fontStyle: "italic" },
]);

export const editorLook = [theme, syntaxHighlighting(highlight)];
