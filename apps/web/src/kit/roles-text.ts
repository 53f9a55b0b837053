/** A role's name as people read it, from its identifier: `data_engineer` becomes "Data engineer". */
export function roleTitle(name: string): string {
  if (name === "admin") return "Administrator";
  const words = name.replaceAll(/[_-]/g, " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Several roles in one line. */
export function rolesText(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map(roleTitle).sort().join(", ");
}
