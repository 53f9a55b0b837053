import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { GraphColumn } from "@granary/protocol";

/** A function of the library as the editor offers it. */
export interface FunctionHelp {
  readonly name: string;
  readonly category: string;
  readonly kind: "scalar" | "aggregate" | "window";
  readonly signature: string;
  readonly description: string;
  readonly example: string;
  readonly result: string;
}

/** What an expression may name. */
export interface Names {
  readonly columns: readonly GraphColumn[];
  readonly functions: readonly FunctionHelp[];
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
}

const KEYWORDS = [
  "and",
  "or",
  "not",
  "is null",
  "is not null",
  "in (",
  "between",
  "like",
  "ilike",
  "case when",
  "then",
  "else",
  "end",
  "cast(",
  "try_cast(",
  "true",
  "false",
  "null",
  "is distinct from",
];
const PLAIN = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const RESERVED = new Set([
  "and",
  "or",
  "not",
  "is",
  "null",
  "in",
  "between",
  "like",
  "ilike",
  "case",
  "when",
  "then",
  "else",
  "end",
  "cast",
  "try_cast",
  "true",
  "false",
  "date",
  "timestamp",
  "distinct",
  "from",
  "over",
  "order",
  "by",
]);

/** A column as an expression writes it. */
export const written = (name: string): string => (PLAIN.test(name) && !RESERVED.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`);

/** Everything an expression may go on with, columns first. */
function offersOf({ columns, functions, parameters }: Names): Completion[] {
  return [
    ...columns.map(({ name, type }): Completion => ({ label: name, apply: written(name), type: "variable", detail: type, boost: 30 })),
    ...parameters.map(({ name, type }): Completion => ({ label: `$${name}`, type: "constant", detail: type, boost: 10 })),
    ...functions.map(
      ({ name, signature, description }): Completion => ({
        label: name,
        apply: `${name}(`,
        type: "function",
        detail: signature.slice(name.length),
        info: description,
      }),
    ),
    ...KEYWORDS.map((label): Completion => ({ label, type: "keyword", boost: -20 })),
  ];
}

/** Offers names at the cursor; nothing within a text. */
export function completer(names: () => Names) {
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/"[^"\n]*|\$?[\p{L}\p{N}_]*/u);
    const before = context.state.sliceDoc(0, context.pos);
    const inText = (before.replaceAll("''", "").match(/'/g)?.length ?? 0) % 2 === 1;
    if (inText || (word !== null && word.from === word.to && !context.explicit)) return null;
    const offers = offersOf(names());
    const options =
      word?.text.startsWith('"') === true
        ? offers.filter(({ type }) => type === "variable").map((offer) => ({ ...offer, label: `"${offer.label}"`, displayLabel: offer.label }))
        : offers;
    return { from: word?.from ?? context.pos, options, validFor: /^"?\$?[\p{L}\p{N}_ ]*$/u };
  };
}
