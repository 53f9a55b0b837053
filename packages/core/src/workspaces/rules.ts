const MAX_SLUG = 48;

/** The slug itself, or with the first free number behind it. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug;
  for (let number = 2; ; number += 1) {
    const suffix = `-${number}`;
    const candidate = slug.slice(0, MAX_SLUG - suffix.length) + suffix;
    if (!taken.has(candidate)) return candidate;
  }
}

/** The address a workspace gets from its name: `Crème Brûlée & Co` becomes `creme-brulee-co`. */
export function slugFrom(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, MAX_SLUG)
    .replace(/-+$/, "");
  return slug === "" ? "workspace" : slug;
}
