import type { DatasetSchema, SchemaColumn, SchemaDocument } from "@granary/protocol";

/** A column while it is edited. */
export interface DraftColumn {
  /** Tells columns apart while their names change. */
  readonly key: string;
  /** Undefined for a new one. */
  readonly id: number | undefined;
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly semanticType: SchemaColumn["semanticType"];
  readonly required: boolean;
  readonly unique: boolean;
  readonly isKey: boolean;
  /** One value a line. */
  readonly allowed: string;
  readonly isDropped: boolean;
}

const TYPES = ["string", "long", "double", "decimal(18, 2)", "boolean", "date", "timestamp", "timestamptz"];

/** The types a column can be given: any for a new one, otherwise those that keep every value. */
export function typeChoices({ id, type }: Pick<DraftColumn, "id" | "type">, stored: string): readonly string[] {
  if (id === undefined) return TYPES;
  const [, scale] = /^decimal\(\d+, (\d+)\)$/.exec(stored) ?? [];
  const wider = stored === "int" ? ["long"] : stored === "float" ? ["double"] : scale === undefined ? [] : [`decimal(38, ${scale})`];
  return [...new Set([stored, ...wider, type])];
}

export function toDraft({ columns }: Pick<DatasetSchema, "columns">): readonly DraftColumn[] {
  return columns.map((column) => ({
    key: String(column.id),
    id: column.id,
    name: column.name,
    type: column.storedType,
    description: column.description,
    semanticType: column.semanticType,
    required: column.required,
    unique: column.unique,
    isKey: column.key,
    allowed: column.allowedValues?.join("\n") ?? "",
    isDropped: false,
  }));
}

let added = 0;

export function newColumn(): DraftColumn {
  added += 1;
  const empty = { description: "", semanticType: null, required: false, unique: false, isKey: false, allowed: "", isDropped: false } as const;
  return { key: `new ${added}`, id: undefined, name: "", type: "string", ...empty };
}

const linesOf = (text: string): string[] => text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));

/** Keys that were keys keep their order; new ones come behind. */
function keysOf(columns: readonly DraftColumn[], before: DatasetSchema): string[] {
  const keys = columns.filter(({ isKey }) => isKey);
  const rank = ({ id }: DraftColumn): number => {
    const place = before.keys.indexOf(before.columns.find((column) => column.id === id)?.name ?? "");
    return place < 0 ? before.keys.length : place;
  };
  return keys.toSorted((left, right) => rank(left) - rank(right)).map(({ name }) => name.trim());
}

/** What the draft asks for, as the document that is sent. */
export function draftDocument(draft: readonly DraftColumn[], before: DatasetSchema): SchemaDocument {
  const columns = draft.filter(({ isDropped }) => !isDropped);
  return {
    granarySchema: 1,
    keys: keysOf(columns, before),
    columns: columns.map(({ id, name, type, description, semanticType, required, unique, allowed }) => {
      const values = linesOf(allowed);
      return {
        ...(id === undefined ? {} : { id }),
        name: name.trim(),
        type,
        description: description.trim(),
        semanticType,
        required,
        unique,
        allowedValues: values.length === 0 ? null : values,
      };
    }),
  };
}

/** The list with one column moved by one place. */
export function moved(draft: readonly DraftColumn[], key: string, by: -1 | 1): readonly DraftColumn[] {
  const from = draft.findIndex((column) => column.key === key);
  const to = from + by;
  const column = draft[from];
  if (column === undefined || to < 0 || to >= draft.length) return draft;
  return draft.toSpliced(from, 1).toSpliced(to, 0, column);
}

/** How many columns differ from those the draft began with, or stand elsewhere. */
export function changedCount(draft: readonly DraftColumn[], before: readonly DraftColumn[]): number {
  const others = draft.filter((column, index) => JSON.stringify(column) !== JSON.stringify(before[index]));
  return others.length;
}
