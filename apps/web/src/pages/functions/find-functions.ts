import type { RouteResult, Routes } from "@granary/protocol";

type BuiltIn = RouteResult<Routes["functions.list"]>["items"][number];

/** Those that are meant by some words: by name first, then by what they do. */
export function findFunctions(items: readonly BuiltIn[], q: string | undefined, category: string | undefined): readonly BuiltIn[] {
  const words = (q ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const inCategory = items.filter((item) => category === undefined || item.category === category);
  const isNamed = ({ name }: BuiltIn) => words.every((word) => name.toLowerCase().includes(word));
  const isMeant = (item: BuiltIn) => words.every((word) => `${item.name} ${item.description} ${item.category}`.toLowerCase().includes(word));
  return [...inCategory.filter(isNamed), ...inCategory.filter((item) => !isNamed(item) && isMeant(item))];
}
