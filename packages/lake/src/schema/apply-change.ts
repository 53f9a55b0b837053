import { fieldsById, type FoundField, type IcebergField, type IcebergType, parsePrimitive } from "../iceberg/index.ts";
import { idsAfter, withNewIds } from "./assign-field-ids.ts";
import { editField, editStruct } from "./edit-fields.ts";
import { checkName, invalid, isSystemName } from "./names.ts";
import type { AddColumn, SchemaChange } from "./schema-change.ts";
import { widenedType } from "./widened-type.ts";

/** Columns while they are being changed. */
export interface Draft {
  readonly fields: readonly IcebergField[];
  readonly keys: readonly number[];
  readonly lastId: number;
  /** Columns that rows are laid out by and how; they cannot be dropped. */
  readonly pinned: ReadonlyMap<number, string>;
}

const pathOf = (field: FoundField): string => field.path.join(".");
const spell = (type: IcebergType): string => (typeof type === "string" ? type : type.type);
const index = (draft: Draft): ReadonlyMap<number, FoundField> => fieldsById({ type: "struct", fields: draft.fields });

function isInMapKey(draft: Draft, field: FoundField): boolean {
  const known = index(draft);
  for (let at: FoundField | undefined = field; at !== undefined; at = at.parentId === undefined ? undefined : known.get(at.parentId)) {
    const owner = at.parentId === undefined ? undefined : known.get(at.parentId);
    if (typeof owner?.type === "object" && owner.type.type === "map" && owner.type["key-id"] === at.id) return true;
  }
  return false;
}

function getField(draft: Draft, fieldId: number): FoundField {
  const field = index(draft).get(fieldId);
  if (field === undefined) throw invalid(`there is no column with the id ${fieldId}; read the columns again`);
  if (field.parentId === undefined && isSystemName(field.name)) throw invalid(`${field.name} is the platform's own column and cannot be changed`);
  if (isInMapKey(draft, field)) throw invalid(`${pathOf(field)} belongs to the keys of a map, which cannot change; add another column instead`);
  return field;
}

const ownerOf = (draft: Draft, field: FoundField): FoundField | undefined => (field.parentId === undefined ? undefined : index(draft).get(field.parentId));

/** A field with a name and place of its own, which elements of lists and values of maps do not have. */
function getNamed(draft: Draft, fieldId: number, verb: string): FoundField {
  const field = getField(draft, fieldId);
  const type = ownerOf(draft, field)?.type;
  if (type !== undefined && (typeof type === "string" || type.type !== "struct"))
    throw invalid(`${pathOf(field)} is the inside of a ${spell(type)} and cannot be ${verb}`);
  return field;
}

function place(fields: readonly IcebergField[], field: IcebergField, after: number | null | undefined): readonly IcebergField[] {
  const others = fields.filter((item) => item.id !== field.id);
  if (after === undefined) return [...others, field];
  if (after === null) return [field, ...others];
  const at = others.findIndex((item) => item.id === after);
  if (at < 0) throw invalid(`${field.name} cannot be put behind the field ${after}: it is not in the same place; choose one beside it`);
  return others.toSpliced(at + 1, 0, field);
}

/** The struct new fields go to: the parent itself, or the one inside a list or map. */
function structIdOf(draft: Draft, parentId: number): number {
  const parent = getField(draft, parentId);
  const { type } = parent;
  if (typeof type === "object" && type.type === "struct") return parent.id;
  const innerId = typeof type === "string" ? undefined : type.type === "list" ? type["element-id"] : type["value-id"];
  const inner = innerId === undefined ? undefined : index(draft).get(innerId);
  if (inner === undefined || typeof inner.type === "string" || inner.type.type !== "struct")
    throw invalid(`${pathOf(parent)} is a ${spell(type)} and has no columns of its own; add a column beside it`);
  return inner.id;
}

function checkType(name: string, type: IcebergType): void {
  if (typeof type === "string") {
    if (parsePrimitive(type) === undefined)
      throw invalid(`${name} cannot have the type ${type}; use one of format version 2, such as string, long or decimal(18, 2)`);
    return;
  }
  if (type.type === "list") checkType(`${name}.element`, type.element);
  else if (type.type === "map") {
    checkType(`${name}.key`, type.key);
    checkType(`${name}.value`, type.value);
  } else if (type.fields.length === 0) throw invalid(`${name} is a struct without any part; give it one`);
  else
    for (const field of type.fields) {
      checkName(field.name);
      checkType(`${name}.${field.name}`, field.type);
    }
}

function add(draft: Draft, change: AddColumn): Draft {
  const { name, required = false, doc } = change;
  checkName(name, change.isSystem);
  checkType(name, change.type);
  if (required && change.isChecked !== true)
    throw invalid(`the rows there are have no value for ${name}, so that it cannot be required; add it as optional, fill it and require it then`);
  const nextId = idsAfter(draft.lastId);
  const id = nextId();
  const field: IcebergField = { id, name, required, type: withNewIds(change.type, nextId), ...(doc === undefined ? {} : { doc }) };
  const ownerId = change.parent === undefined ? undefined : structIdOf(draft, change.parent);
  return { ...draft, fields: editStruct(draft.fields, ownerId, (fields) => place(fields, field, change.after)), lastId: nextId() - 1 };
}

function isInside(draft: Draft, inner: number, outer: number): boolean {
  const known = index(draft);
  for (let id: number | undefined = inner; id !== undefined; id = known.get(id)?.parentId) if (id === outer) return true;
  return false;
}

function drop(draft: Draft, fieldId: number): Draft {
  const field = getNamed(draft, fieldId, "dropped");
  const path = pathOf(field);
  if (draft.keys.some((key) => isInside(draft, key, fieldId))) throw invalid(`${path} is or holds a key column; choose other key columns first`);
  for (const [id, layout] of draft.pinned) if (isInside(draft, id, fieldId)) throw invalid(`the table is ${layout} ${path}; change that first`);
  return {
    ...draft,
    fields: editStruct(draft.fields, field.parentId, (fields) => {
      if (fields.length === 1) throw invalid(`${path} is the last column there; add another one first`);
      return fields.filter((item) => item.id !== fieldId);
    }),
  };
}

function widen(draft: Draft, fieldId: number, type: string): Draft {
  const field = getField(draft, fieldId);
  const next = widenedType(field, type);
  return { ...draft, fields: editField(draft.fields, fieldId, (item) => ({ ...item, type: next })) };
}

function rename(draft: Draft, fieldId: number, name: string): Draft {
  const field = getNamed(draft, fieldId, "renamed");
  if (field.name === name) return draft;
  checkName(name);
  return { ...draft, fields: editField(draft.fields, fieldId, (item) => ({ ...item, name })) };
}

function move(draft: Draft, fieldId: number, after: number | null): Draft {
  const field = getNamed(draft, fieldId, "moved");
  const found = (fields: readonly IcebergField[]): IcebergField => fields.find((item) => item.id === fieldId) ?? { ...field };
  if (after === fieldId) throw invalid(`${pathOf(field)} cannot be put behind itself`);
  return { ...draft, fields: editStruct(draft.fields, field.parentId, (fields) => place(fields, found(fields), after)) };
}

function describe(draft: Draft, fieldId: number, doc: string | null): Draft {
  getNamed(draft, fieldId, "described");
  const edit = ({ doc: _, ...item }: IcebergField): IcebergField => (doc === null || doc === "" ? item : { ...item, doc });
  return { ...draft, fields: editField(draft.fields, fieldId, edit) };
}

function setRequired(draft: Draft, change: Extract<SchemaChange, { kind: "require" }>): Draft {
  const field = getField(draft, change.fieldId);
  const path = pathOf(field);
  if (field.required === change.required) return draft;
  if (change.required && change.isChecked !== true) throw invalid(`${path} may lack values, which must be checked before it can be required`);
  if (!change.required && draft.keys.some((key) => isInside(draft, key, field.id)))
    throw invalid(`${path} is or holds a key column, which is never empty; choose other key columns first`);
  return { ...draft, fields: editField(draft.fields, change.fieldId, (item) => ({ ...item, required: change.required })) };
}

function setKeys(draft: Draft, fieldIds: readonly number[]): Draft {
  const known = index(draft);
  for (const id of fieldIds) {
    const field = getField(draft, id);
    const path = pathOf(field);
    const kind = parsePrimitive(field.type)?.kind;
    if (kind === undefined) throw invalid(`${path} is a ${spell(field.type)} and cannot be a key column; choose one of single values`);
    if (kind === "float" || kind === "double")
      throw invalid(`${path} is a ${kind}, which has no reliable equality, and cannot be a key column; choose another one`);
    if (field.isInList || field.isInMap) throw invalid(`${path} lies in a list or map and cannot be a key column; choose one that has one value per row`);
    for (let at: FoundField | undefined = field; at !== undefined; at = at.parentId === undefined ? undefined : known.get(at.parentId)) {
      if (!at.required) throw invalid(`${pathOf(at)} may be empty, so that ${path} cannot be a key column; require it first`);
    }
  }
  return { ...draft, keys: [...new Set(fieldIds)] };
}

type Apply = { readonly [K in SchemaChange["kind"]]: (draft: Draft, change: Extract<SchemaChange, { kind: K }>) => Draft };

const APPLY: Apply = {
  add,
  drop: (draft, { fieldId }) => drop(draft, fieldId),
  rename: (draft, { fieldId, name }) => rename(draft, fieldId, name),
  widen: (draft, { fieldId, type }) => widen(draft, fieldId, type),
  move: (draft, { fieldId, after }) => move(draft, fieldId, after),
  doc: (draft, { fieldId, doc }) => describe(draft, fieldId, doc),
  require: setRequired,
  keys: (draft, { fieldIds }) => setKeys(draft, fieldIds),
};

/** The columns after one change more. Throws `lake.schema_change_invalid`. */
export function applyChange(draft: Draft, change: SchemaChange): Draft {
  const apply = APPLY[change.kind] as (draft: Draft, change: SchemaChange) => Draft;
  return apply(draft, change);
}
