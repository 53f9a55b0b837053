import type { RouteSpec } from "../route.ts";
import { workspaceRoutes } from "./workspaces.ts";

/** Every route of the API by its id, `noun.verb`. */
export const routes = {
  ...workspaceRoutes,
} as const satisfies Record<string, RouteSpec>;

export type Routes = typeof routes;
export type RouteId = keyof Routes;
