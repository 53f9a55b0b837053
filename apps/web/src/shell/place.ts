import { useParams, useRouterState } from "@tanstack/react-router";
import { useSession } from "../api/session.ts";

/** The navigation item of the address, by the longest path that fits. */
export function usePlace() {
  const { navigation } = useSession();
  const slug = useSlug();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const below = pathname.slice(`/w/${slug}`.length).replace(/\/$/, "");
  return navigation.filter(({ path }) => below === path || (path !== "" && below.startsWith(`${path}/`))).sort((a, b) => b.path.length - a.path.length)[0];
}

/** The workspace in the address. */
export function useSlug(): string {
  return useParams({ strict: false, select: (params) => (params as { workspace?: string }).workspace ?? "" });
}
