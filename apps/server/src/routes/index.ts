import type { Handlers } from "../http/answer.ts";
import { accountHandlers } from "./account.ts";
import { authHandlers } from "./auth.ts";
import { jobHandlers } from "./jobs.ts";
import { notificationHandlers } from "./notifications.ts";
import { outboxHandlers } from "./outbox.ts";
import { workspaceHandlers } from "./workspaces.ts";

/** Every route's handler; the type is total over the route table. */
export const handlers: Handlers = {
  ...accountHandlers,
  ...authHandlers,
  ...jobHandlers,
  ...notificationHandlers,
  ...outboxHandlers,
  ...workspaceHandlers,
};
