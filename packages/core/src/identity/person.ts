import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { anonymous, type Ctx, type Principal } from "../context/index.ts";
import type { AccountRow } from "./store/accounts.ts";

/** The person as the doer of an event while nobody is signed in yet; holds no permission. */
export function asDoer(row: Pick<AccountRow, "id" | "name" | "email" | "home_workspace_id">): Principal {
  return {
    ...anonymous,
    kind: "user",
    userId: row.id as Id<"user">,
    name: row.name,
    email: row.email,
    workspaceId: row.home_workspace_id as Id<"workspace"> | null,
  };
}

/** The signed-in person and session of a request, or `auth.required`, or `auth.session_required` for an API key. */
export function requireSession(principal: Ctx["principal"]): { readonly userId: Id<"user">; readonly sessionId: Id<"session"> } {
  if (principal.userId === null) throw problem("auth.required");
  if (principal.sessionId === null) throw problem("auth.session_required");
  return { userId: principal.userId, sessionId: principal.sessionId };
}
