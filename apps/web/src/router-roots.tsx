import { isApiError } from "@granary/client";
import type { SessionInfo } from "@granary/protocol";
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, Outlet, redirect, type RouteComponent } from "@tanstack/react-router";
import { authConfigQuery } from "./api/auth.ts";
import { setRequestWorkspace } from "./api/client.ts";
import { sessionQuery } from "./api/session.ts";
import { knownOnly } from "./kit/search-params.ts";
import { FailedPage, MissingPage } from "./kit/error-view.tsx";
import { PageFailed } from "./pages/dataset-sharing/page-failed.tsx";
import { Shell } from "./shell/shell.tsx";

interface RouterContext {
  readonly queryClient: QueryClient;
}

export type Raw = Record<string, unknown>;

/** Above everything. */
export const root = createRootRouteWithContext<RouterContext>()({ component: Outlet, notFoundComponent: () => <MissingPage /> });

const LAST_WORKSPACE = "granary.workspace";

/** The workspace this browser showed last. */
export function lastWorkspace(): string | undefined {
  try {
    return localStorage.getItem(LAST_WORKSPACE) ?? undefined;
  } catch {
    return undefined;
  }
}

function rememberWorkspace(slug: string): void {
  try {
    localStorage.setItem(LAST_WORKSPACE, slug);
  } catch {
    // Without storage the first workspace of the list is opened next time.
  }
}

/** The session, or the page where a visitor without a usable one must go first. */
export async function sessionOrRedirect(client: QueryClient, href: string): Promise<SessionInfo> {
  const back = href === "/" ? {} : { return: href };
  try {
    const session = await client.ensureQueryData(sessionQuery());
    if (session.restriction !== null) redirect({ to: "/finish", search: back, throw: true });
    return session;
  } catch (error) {
    if (isApiError(error, "auth.required", "auth.second_factor_required")) {
      const { setupNeeded } = await client.ensureQueryData(authConfigQuery());
      if (setupNeeded) redirect({ to: "/setup", throw: true });
      redirect({ to: "/sign-in", search: back, throw: true });
    }
    if (isApiError(error, "account.inactive")) redirect({ to: "/inactive", throw: true });
    throw error;
  }
}

/** Whatever belongs to one workspace, for somebody who is signed in. */
export const workspace = createRoute({
  getParentRoute: () => root,
  path: "/w/$workspace",
  beforeLoad: async ({ context, params, location }) => {
    if (setRequestWorkspace(params.workspace)) context.queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "auth" });
    await sessionOrRedirect(context.queryClient, location.href);
    rememberWorkspace(params.workspace);
  },
  component: Shell,
  notFoundComponent: () => <MissingPage />,
  errorComponent: ({ error, reset }) => <FailedPage error={error} onRetry={reset} />,
});

/** A page below the workspace's address. */
export const page = <const P extends string, S extends Raw>(path: P, validateSearch: (raw: Raw) => S, component: RouteComponent) =>
  createRoute({
    getParentRoute: () => workspace,
    path,
    validateSearch: (raw: Raw) => knownOnly(raw, validateSearch(raw)),
    component,
    errorComponent: ({ error, reset }) => <PageFailed error={error} onRetry={reset} />,
  });
