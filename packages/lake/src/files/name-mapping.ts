import { problem } from "@granary/protocol";
import type { PhysicalField } from "../schema/index.ts";

/** The table property that gives the columns of files without field ids their ids (specification, "Column Projection"). */
export const NAME_MAPPING = "schema.name-mapping.default";

interface MappedField {
  readonly id: number | undefined;
  readonly names: readonly string[];
  readonly fields: readonly MappedField[];
}

function parseFields(value: unknown): readonly MappedField[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new TypeError("a list is missing");
  return value.map((item: unknown) => {
    const { "field-id": id, names, fields } = item as { readonly "field-id"?: unknown; readonly names?: unknown; readonly fields?: unknown };
    if (!Array.isArray(names) || (id !== undefined && !Number.isSafeInteger(id))) throw new TypeError("an entry has no names");
    return { id: id as number | undefined, names: names.map(String), fields: parseFields(fields) };
  });
}

/** Lists and maps call their parts otherwise in files of some writers; there is only one way to take them. */
function namedAs(mapped: readonly MappedField[], children: readonly PhysicalField[]): readonly string[] {
  const isList = children.length === 1 && mapped.length === 1 && mapped[0]?.names.includes("element") === true;
  if (isList) return ["element"];
  const isMap = children.length === 2 && mapped.some((item) => item.names.includes("key")) && mapped.some((item) => item.names.includes("value"));
  return isMap ? ["key", "value"] : children.map((child) => child.name);
}

function withIds(mapped: readonly MappedField[], children: readonly PhysicalField[]): readonly PhysicalField[] {
  const names = namedAs(mapped, children);
  return children.map((child, index) => {
    const own = mapped.find((item) => item.names.includes(names[index] ?? ""));
    return { id: own?.id, name: child.name, children: withIds(own?.fields ?? [], child.children) };
  });
}

/** The columns of a file without field ids with those the table's name mapping gives them. Throws `lake.unsupported` when the mapping cannot be read. */
export function mapNames(mapping: string, columns: readonly PhysicalField[]): readonly PhysicalField[] {
  let mapped: readonly MappedField[];
  try {
    mapped = parseFields(JSON.parse(mapping));
  } catch (cause) {
    throw problem("lake.unsupported", { reason: `its property ${NAME_MAPPING} cannot be read` }, { cause });
  }
  return withIds(mapped, columns);
}
