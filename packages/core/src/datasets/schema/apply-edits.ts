import { problem, type SchemaEdit } from "@granary/protocol";
import type { SchemaState } from "./schema-state.ts";
import { spelledType } from "./stored-types.ts";
import { type ColumnRules, keyNames, rulesOf, type TargetColumn, type TargetSchema } from "./target-schema.ts";

/** A column under the name that edits call it by: its name before any of them, or that of a new one. */
interface Item {
  readonly label: string;
  readonly column: TargetColumn;
}

interface Draft {
  readonly items: readonly Item[];
  /** Labels. */
  readonly keys: readonly string[];
}

class Editor {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  fail(field: string, message: string): Error {
    return problem("request.invalid", {}, { issues: [{ path: `${this.#path}.${field}`, message }] });
  }

  find({ items }: Draft, label: string, field = "column"): Item {
    const item = items.find((candidate) => candidate.label === label);
    if (item === undefined) throw this.fail(field, `there is no column ${label}`);
    return item;
  }

  /** Puts a column behind another one, first when that is null, last when it is not said. */
  place(draft: Draft, item: Item, after: string | null | undefined): Draft {
    const items = draft.items.filter((candidate) => candidate !== item);
    if (after === undefined) return { ...draft, items: [...items, item] };
    if (after === null) return { ...draft, items: [item, ...items] };
    if (after === item.label) throw this.fail("after", "a column cannot come behind itself");
    const behind = this.find({ ...draft, items }, after, "after");
    return { ...draft, items: items.toSpliced(items.indexOf(behind) + 1, 0, item) };
  }

  change(draft: Draft, label: string, edit: (column: TargetColumn) => TargetColumn): Draft {
    const found = this.find(draft, label);
    return { ...draft, items: draft.items.map((item) => (item === found ? { label, column: edit(item.column) } : item)) };
  }

  /** Changes what is said of a column beyond name and type. */
  rule(draft: Draft, label: string, rule: { readonly [K in keyof ColumnRules]: ColumnRules[K] | undefined }): Draft {
    return this.change(draft, label, ({ fieldId, name, storedType, ...before }) => ({
      name,
      storedType,
      ...rulesOf({ ...before, ...rule }),
      ...(fieldId === undefined ? {} : { fieldId }),
    }));
  }
}

type Apply = { readonly [K in SchemaEdit["kind"]]: (editor: Editor, draft: Draft, edit: Extract<SchemaEdit, { kind: K }>) => Draft };

const APPLY: Apply = {
  rename: (editor, draft, { column, name }) => editor.change(draft, column, (item) => ({ ...item, name: name.trim() })),
  add: (editor, draft, { name, type, description, semanticType, after }) => {
    const rules = rulesOf({ description, semanticType: semanticType ?? undefined });
    return editor.place(draft, { label: name, column: { name: name.trim(), storedType: spelledType(type), ...rules } }, after);
  },
  drop: (editor, draft, { column }) => {
    const found = editor.find(draft, column);
    if (draft.keys.includes(column)) throw editor.fail("column", `${column} is a key column; choose other keys first`);
    return { ...draft, items: draft.items.filter((item) => item !== found) };
  },
  widen: (editor, draft, { column, type }) => editor.change(draft, column, (item) => ({ ...item, storedType: spelledType(type) })),
  move: (editor, draft, { column, after }) => editor.place(draft, editor.find(draft, column), after),
  describe: (editor, draft, { column, description }) => editor.rule(draft, column, { description }),
  semanticType: (editor, draft, { column, semanticType }) => editor.rule(draft, column, { semanticType: semanticType ?? undefined }),
  require: (editor, draft, { column, required }) => editor.rule(draft, column, { required }),
  unique: (editor, draft, { column, unique }) => editor.rule(draft, column, { unique }),
  allow: (editor, draft, { column, values }) => editor.rule(draft, column, { allowedValues: values ?? undefined }),
  keys: (editor, draft, { columns }) => {
    for (const [index, label] of columns.entries()) editor.find(draft, label, `columns.${index}`);
    return { ...draft, keys: columns };
  },
};

/** The columns after some edits. Throws `request.invalid`, naming the edit at fault. */
export function applyEdits(state: SchemaState, edits: readonly SchemaEdit[]): TargetSchema {
  const start: Draft = { items: state.columns.map((column) => ({ label: column.name, column })), keys: keyNames(state) };
  const end = edits.reduce((draft, edit, index) => {
    const apply = APPLY[edit.kind] as (editor: Editor, draft: Draft, edit: SchemaEdit) => Draft;
    return apply(new Editor(`body.changes.${index}`), draft, edit);
  }, start);
  const names = new Map(end.items.map((item) => [item.label, item.column.name]));
  return { columns: end.items.map((item) => item.column), keys: end.keys.map((label) => names.get(label) ?? label) };
}
