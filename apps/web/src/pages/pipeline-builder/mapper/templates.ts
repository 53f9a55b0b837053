import type { NodeSettings } from "@granary/protocol";

type Fields = NodeSettings<"map">["fields"];
export interface MapTemplate {
  readonly name: string;
  readonly fields: Fields;
}

const KEY = "granary.map-templates";
const MOST = 50;

/** Shapes of targets this browser keeps, by name. */
export function readTemplates(): readonly MapTemplate[] {
  try {
    const read = JSON.parse(localStorage.getItem(KEY) ?? "[]") as unknown;
    return Array.isArray(read) ? (read.filter((item) => typeof item?.name === "string" && Array.isArray(item.fields)) as MapTemplate[]) : [];
  } catch {
    return [];
  }
}

/** Keeps a shape under a name; one of that name is replaced. */
export function keepTemplate(template: MapTemplate): readonly MapTemplate[] {
  const next = [template, ...readTemplates().filter(({ name }) => name !== template.name)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Without storage the template is not kept.
  }
  return next;
}

export function dropTemplate(name: string): readonly MapTemplate[] {
  const next = readTemplates().filter((template) => template.name !== name);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Nothing was kept then.
  }
  return next;
}
