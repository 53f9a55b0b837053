import type { Handlers } from "../http/answer.ts";
import { jobHandlers } from "./jobs.ts";
import { notificationHandlers } from "./notifications.ts";
import { workspaceHandlers } from "./workspaces.ts";

/** Every route's handler; the type is total over the route table. */
export const handlers: Handlers = {
  ...jobHandlers,
  ...notificationHandlers,
  ...workspaceHandlers,
};
