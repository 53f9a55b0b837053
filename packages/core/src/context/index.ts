export type { CoreConfig } from "./config.ts";
export { type Ctx, createCtx, type RequestInfo, type Services, type TxCtx } from "./context.ts";
export { actorOf, anonymous, onBehalfOf, type Principal, requireUser, requireWorkspace, systemPrincipal } from "./principal.ts";
export { type EventOrigin, type NewEvent, recordEvent } from "./record-event.ts";
