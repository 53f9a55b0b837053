import {
  activatePerson,
  changePeople,
  createPerson,
  deactivatePerson,
  getPerson,
  listPeople,
  removePerson,
  sendPasswordLink,
  setInstanceAdmin,
  setRoles,
  unlockPerson,
  updatePerson,
} from "@granary/core/people";
import type { userRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const userHandlers: HandlersOf<typeof userRoutes> = {
  "users.list": (ctx, { query }) => listPeople(ctx, query),
  "users.get": (ctx, { params }) => getPerson(ctx, params.user),
  "users.create": (ctx, { body }) => createPerson(ctx, body),
  "users.update": (ctx, { params, body, version }) => updatePerson(ctx, params.user, version, body),
  "users.remove": async (ctx, { params }) => {
    await removePerson(ctx, params.user);
  },
  "users.activate": (ctx, { params }) => activatePerson(ctx, params.user),
  "users.deactivate": (ctx, { params }) => deactivatePerson(ctx, params.user),
  "users.resetPassword": (ctx, { params }) => sendPasswordLink(ctx, params.user),
  "users.unlock": (ctx, { params }) => unlockPerson(ctx, params.user),
  "users.setRoles": (ctx, { params, body }) => setRoles(ctx, params.user, body),
  "users.setInstanceAdmin": (ctx, { params, body }) => setInstanceAdmin(ctx, params.user, body.instanceAdmin),
  "users.bulk": async (ctx, { body }) => ({ results: await changePeople(ctx, body) }),
};
