import type { PolicySubject } from "@granary/protocol";
import type { Principal } from "../../context/index.ts";
import type { ReaderFacts } from "./policy.ts";

const EVERYONE = "everyone";

/** One text for a subject, the same as {@link keysOf} has for those it names. */
export function subjectKey(subject: PolicySubject): string {
  switch (subject.kind) {
    case "everyone":
      return EVERYONE;
    case "attribute":
      return JSON.stringify([subject.name, subject.value]);
    case "role":
    case "permission":
      return `${subject.kind} ${subject.name}`;
    default:
      return `${subject.kind} ${subject.id}`;
  }
}

/** All that policies may name a principal by. */
export function keysOf(principal: Principal, { groups, attributes }: Pick<ReaderFacts, "groups" | "attributes">): ReadonlySet<string> {
  const keys = [EVERYONE];
  if (principal.userId !== null) keys.push(`user ${principal.userId}`);
  if (principal.apiKeyId !== null) keys.push(`api_key ${principal.apiKeyId}`);
  for (const group of groups) keys.push(`group ${group}`);
  for (const role of principal.roles) keys.push(`role ${role}`);
  for (const permission of principal.permissions) keys.push(`permission ${permission}`);
  for (const [name, value] of Object.entries(attributes)) keys.push(JSON.stringify([name, value]));
  return new Set(keys);
}
