import type { Ctx, Services } from "@granary/core/context";
import type { RouteId, RouteSpec } from "@granary/protocol";
import type { Handler, Handlers } from "./answer.ts";
import type { RateLimits } from "./rate-limits.ts";

export interface MountOptions {
  readonly services: Services;
  readonly handlers: Handlers;
  readonly limits: RateLimits;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly uploadLimit: number;
  readonly secureCookies: boolean;
  /** Aborted when requests that still run must end because the program stops. */
  readonly stopSignal: AbortSignal;
  /** Called when a caller is refused. */
  readonly onDenied: (ctx: Ctx, error: unknown, routeId: RouteId) => void;
}

/** A route of the contract on its way to being served. */
export interface Endpoint {
  readonly id: RouteId;
  readonly spec: RouteSpec;
  readonly handler: Handler<RouteSpec>;
  readonly options: MountOptions;
}
