import { authorize } from "@granary/core/access";
import { type Principal, requireWorkspace, type Services } from "@granary/core/context";
import { findPrincipalOfUser } from "@granary/core/identity";
import { isId } from "@granary/kernel";
import { problem, type RouteSpec } from "@granary/protocol";
import type { FastifyRequest } from "fastify";

/**
 * The principal whose eyes a request is answered for: the caller, or for holders of `policy:manage` the person `X-View-As`
 * names, with the caller behind them, who never sees more than both may.
 */
export async function viewedPrincipal(services: Services, spec: RouteSpec, request: FastifyRequest, caller: Principal): Promise<Principal> {
  const asked = request.headers["x-view-as"];
  if (asked === undefined) return caller;
  if (spec.viewAs !== true) throw problem("access.view_as_not_here");
  authorize(caller, "policy:manage");
  const person = isId("user", String(asked)) ? await findPrincipalOfUser(services, asked as Principal["userId"] & {}, requireWorkspace(caller)) : undefined;
  if (person === undefined) throw problem("user.not_found");
  return { ...person, viewedBy: caller };
}
