import type { User } from "@granary/protocol";
import { useShownAt } from "../../kit/clock.ts";
import { StatusBadge } from "../../kit/status-badge.tsx";

/** What keeps a person from signing in, or that nothing does. */
export function PersonState({ person }: { readonly person: User }) {
  const now = useShownAt();
  if (person.status === "inactive") return <StatusBadge tone="off">Inactive</StatusBadge>;
  const lockedUntil = person.security?.lockedUntil ?? null;
  if (lockedUntil !== null && Date.parse(lockedUntil) > now) return <StatusBadge tone="warn">Locked</StatusBadge>;
  if (!person.emailVerified) return <StatusBadge tone="idle">Unconfirmed</StatusBadge>;
  return <StatusBadge tone="good">Active</StatusBadge>;
}
