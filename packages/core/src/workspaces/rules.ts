const MAX_SLUG = 48;

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
