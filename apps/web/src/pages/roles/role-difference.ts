import type { Permission, Role } from "@granary/protocol";

export interface Difference {
  readonly added: readonly Permission[];
  readonly left: readonly Permission[];
}

/** What some permissions give beyond a role, and what of it they leave out. */
export function differenceFrom(base: Pick<Role, "permissions">, chosen: readonly Permission[]): Difference {
  return {
    added: chosen.filter((permission) => !base.permissions.includes(permission)),
    left: base.permissions.filter((permission) => !chosen.includes(permission)),
  };
}

/** "2 more, 1 fewer than Viewer"; the same permissions are told as such. */
export function differenceText({ added, left }: Difference, title: string): string {
  if (added.length === 0 && left.length === 0) return `The same as ${title}`;
  const parts = [...(added.length === 0 ? [] : [`${added.length} more`]), ...(left.length === 0 ? [] : [`${left.length} fewer`])];
  return `${parts.join(", ")} than ${title}`;
}
