import { z } from "zod";
import { route } from "../route.ts";
import { instant } from "../schemas.ts";
import { workspaceChoice } from "./account.ts";
import { linkToken } from "./signed-in.ts";

const invitationParams = z.strictObject({ token: linkToken });

/** Following an invitation link; sending and revoking invitations is with the people of the workspace. */
export const invitationLinkRoutes = {
  "auth.invitation": route({
    method: "GET",
    path: "/auth/invitations/{token}",
    tag: "Sign-in",
    summary: "Show what an invitation link offers",
    access: "public",
    params: invitationParams,
    responses: {
      200: z.object({
        workspaceName: z.string(),
        email: z.string(),
        name: z.string().nullable(),
        inviterName: z.string().nullable(),
        roles: z.array(z.string()),
        expiresAt: instant,
        /** Whether the address already has an account: sign in and accept instead of registering. */
        accountExists: z.boolean(),
      }),
    },
    errors: ["auth.token_invalid"],
    rate: "sensitive",
  }),
  "auth.acceptInvitation": route({
    method: "POST",
    path: "/auth/invitations/{token}/accept",
    tag: "Sign-in",
    summary: "Join the workspace you were invited to",
    access: "signed_in",
    params: invitationParams,
    responses: { 200: z.object({ workspace: workspaceChoice }) },
    errors: ["auth.token_invalid", "auth.invitation_other_address", "auth.session_required"],
    rate: "sensitive",
  }),
} as const;
