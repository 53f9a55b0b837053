import { z } from "zod";
import { route } from "../route.ts";
import { can, email, id, instant, line, page, pageQuery } from "../schemas.ts";
import { roleSet } from "./users.ts";

export const invitation = z
  .object({
    id: id("invitation"),
    email: z.string(),
    name: z.string().nullable(),
    roles: z.array(z.string()),
    status: z.enum(["waiting", "accepted", "revoked", "expired"]),
    invitedBy: z.object({ id: id("user"), name: z.string() }).nullable(),
    createdAt: instant,
    expiresAt: instant,
    acceptedAt: instant.nullable(),
    can: can("resend", "revoke"),
  })
  .meta({ id: "Invitation" });

export type Invitation = z.infer<typeof invitation>;

export const invitationResult = z
  .object({
    email: z.string(),
    result: z.enum(["invited", "already_member", "already_invited"]),
    invitation: invitation.nullable(),
    link: z.string().nullable().describe("Where mail stays in the local outbox and the caller may read that; null in the answer to a repeated request"),
  })
  .meta({ id: "InvitationResult" });

export type InvitationResult = z.infer<typeof invitationResult>;

const params = z.strictObject({ invitation: id("invitation") });

/** Invitations by mail into the workspace. */
export const invitationRoutes = {
  "invitations.list": route({
    method: "GET",
    path: "/invitations",
    tag: "People",
    summary: "List invitations, newest first",
    access: "user:create",
    query: pageQuery.extend({ status: z.enum(["waiting", "accepted", "revoked", "expired"]).optional() }),
    responses: { 200: page(invitation) },
  }),
  "invitations.create": route({
    method: "POST",
    path: "/invitations",
    tag: "People",
    summary: "Invite people by mail",
    access: "user:create",
    body: z.strictObject({
      emails: z
        .array(email)
        .min(1)
        .max(100)
        .transform((emails) => [...new Set(emails)]),
      name: line(100).optional().describe("Greets the person; for a single address"),
      roles: roleSet.default(["viewer"]),
    }),
    responses: { 201: z.object({ results: z.array(invitationResult) }) },
    errors: ["role.not_yours_to_give"],
  }),
  "invitations.resend": route({
    method: "POST",
    path: "/invitations/{invitation}/resend",
    tag: "People",
    summary: "Send an invitation again with a new link; the old one stops working",
    access: "user:create",
    params,
    responses: { 200: z.object({ invitation, link: invitationResult.shape.link }) },
    errors: ["invitation.not_found", "invitation.closed", "role.not_yours_to_give"],
  }),
  "invitations.revoke": route({
    method: "DELETE",
    path: "/invitations/{invitation}",
    tag: "People",
    summary: "Take an invitation back",
    access: "user:create",
    params,
    responses: { 204: null },
    errors: ["invitation.not_found", "invitation.closed"],
  }),
} as const;
