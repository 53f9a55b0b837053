import type { Handlers } from "../http/answer.ts";
import { workspaceHandlers } from "./workspaces.ts";

/** Every route's handler; the type is total over the route table. */
export const handlers: Handlers = {
  ...workspaceHandlers,
};
