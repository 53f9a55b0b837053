import { GRAPH_TYPES, type Transformation, type TransformationDefinition } from "@granary/protocol";

export interface FunctionDraft extends Record<string, unknown> {
  readonly name: string;
  readonly title: string;
  readonly category: string;
  readonly description: string;
  readonly language: "sql" | "javascript";
  readonly definition: TransformationDefinition;
}

const STARTS = { sql: "upper(trim(value))", javascript: "return row.value === null ? null : row.value.trim().toUpperCase();" } as const;

/** Where a new function begins: one that works, to be written over. */
export function startDraft(language: FunctionDraft["language"]): FunctionDraft {
  return {
    name: "",
    title: "",
    category: "Own",
    description: "",
    language,
    definition: { arguments: [{ name: "value", type: "text", description: "" }], returns: "text", body: STARTS[language], tests: [] },
  };
}

/** The body after another language was chosen: a beginning nobody touched is changed with it. */
export function inLanguage(draft: FunctionDraft, language: FunctionDraft["language"]): FunctionDraft {
  const { definition } = draft;
  const isUntouched = definition.body === STARTS[draft.language];
  return { ...draft, language, definition: isUntouched ? { ...definition, body: STARTS[language] } : definition };
}

export function draftOf({ name, title, category, description, language, definition }: Transformation): FunctionDraft {
  return { name, title, category, description, language, definition };
}

export const TYPES: readonly string[] = GRAPH_TYPES;

/** Tests and samples have one value for each argument, whatever was added or taken away since. */
export function fitted(values: readonly (string | null)[], count: number): (string | null)[] {
  return Array.from({ length: count }, (_, index) => values[index] ?? null);
}
