import { z } from "zod";
import { route } from "../route.ts";
import { email, id, instant, line, page, pageQuery } from "../schemas.ts";
import { account, workspaceChoice } from "./account.ts";
import { deviceRoutes } from "./auth-device.ts";
import { invitationLinkRoutes } from "./auth-invitation.ts";
import { linkToken, secondFactorPending, signedIn } from "./signed-in.ts";

/** Accepted as typed; the rules for new passwords are checked by the server, which says what is missing. */
const password = z.string().min(1, "must not be empty").max(256);
const code = z.string().trim().min(6).max(16).describe("Six digits of the authenticator, or a backup code");

export const session = z
  .object({
    id: id("session"),
    current: z.boolean(),
    client: z.enum(["web", "api", "cli"]),
    /** Browser and system in words, such as "Firefox on Linux". */
    device: z.string(),
    ip: z.string().nullable(),
    createdAt: instant,
    lastSeenAt: instant,
    expiresAt: instant,
    remember: z.boolean(),
  })
  .meta({ id: "Session" });

export type Session = z.infer<typeof session>;

export const passwordStrength = z
  .object({
    /** 0 (guessed at once) to 4 (very hard to guess). */
    score: z.number().int().min(0).max(4),
    acceptable: z.boolean(),
    warning: z.string().nullable(),
    suggestions: z.array(z.string()),
  })
  .meta({ id: "PasswordStrength" });

export type PasswordStrength = z.infer<typeof passwordStrength>;

const backupCodes = z.array(z.string()).describe("Shown once; each works once");
const asked = z.object({ status: z.literal("sent") });

const setupRoutes = {
  "auth.config": route({
    method: "GET",
    path: "/auth/config",
    tag: "Sign-in",
    summary: "Show how people sign up and sign in here",
    access: "public",
    responses: {
      200: z.object({
        signUp: z.enum(["open", "invitation", "closed"]),
        mail: z.enum(["smtp", "outbox"]),
        setupNeeded: z.boolean(),
        password: z.object({ minLength: z.number().int(), maxLength: z.number().int(), minScore: z.number().int() }),
      }),
    },
  }),
  "auth.setupState": route({
    method: "GET",
    path: "/auth/setup",
    tag: "Sign-in",
    summary: "Show whether the installation waits for its first administrator",
    access: "public",
    query: z.strictObject({ token: linkToken.optional() }),
    responses: { 200: z.object({ needed: z.boolean(), tokenValid: z.boolean() }) },
    rate: "sensitive",
  }),
  "auth.setup": route({
    method: "POST",
    path: "/auth/setup",
    tag: "Sign-in",
    summary: "Create the first administrator and workspace",
    description: "Needs the one-time link that the server prints while it has no administrator. Closes for ever.",
    access: "public",
    body: z.strictObject({ token: linkToken, email, name: line(100), password, workspaceName: line(100) }),
    responses: { 201: signedIn },
    errors: ["auth.setup_closed", "auth.token_invalid", "auth.password_refused"],
    rate: "sensitive",
  }),
  "auth.register": route({
    method: "POST",
    path: "/auth/register",
    tag: "Sign-in",
    summary: "Create an account",
    description:
      "Answers 202 whether or not the address is known; the mail tells. With an invitation sent to this address the account is usable at once (201).",
    access: "public",
    body: z.strictObject({ email, name: line(100), password, invitation: linkToken.optional() }),
    responses: { 201: signedIn, 202: asked },
    errors: [
      "auth.sign_up_closed",
      "auth.invitation_required",
      "auth.invitation_other_address",
      "auth.account_exists",
      "auth.token_invalid",
      "auth.password_refused",
    ],
    rate: "sensitive",
  }),
} as const;

const signInRoutes = {
  "auth.login": route({
    method: "POST",
    path: "/auth/login",
    tag: "Sign-in",
    summary: "Sign in with e-mail and password",
    access: "public",
    body: z.strictObject({
      email,
      password,
      remember: z.boolean().default(false),
      client: z.enum(["web", "api", "cli"]).default("web").describe("`web` also gets the session cookie"),
    }),
    responses: { 200: z.discriminatedUnion("status", [signedIn, secondFactorPending]) },
    errors: ["auth.credentials_wrong", "auth.locked", "auth.email_unverified", "account.inactive"],
    rate: "sensitive",
  }),
  "auth.logout": route({
    method: "POST",
    path: "/auth/logout",
    tag: "Sign-in",
    summary: "Sign out; every token of the session ends at once",
    access: "signed_in",
    responses: { 204: null },
    errors: ["auth.session_required"],
  }),
  "auth.refresh": route({
    method: "POST",
    path: "/auth/refresh",
    tag: "Sign-in",
    summary: "Exchange a refresh token, or the live session of this request, for new tokens",
    description: "A refresh token works once. Seeing one again ends its session, because somebody else may hold it.",
    access: "public",
    body: z.strictObject({ refreshToken: z.string().min(1).max(128).optional() }).optional(),
    responses: { 200: signedIn },
    errors: ["auth.refresh_invalid", "auth.refresh_reused", "auth.required", "account.inactive"],
    rate: "sensitive",
  }),
  "auth.me": route({
    method: "GET",
    path: "/auth/me",
    tag: "Sign-in",
    summary: "Show who you are",
    access: "signed_in",
    responses: { 200: account.extend({ workspace: workspaceChoice.nullable(), roles: z.array(z.string()), permissions: z.array(z.string()) }) },
  }),
} as const;

const passwordRoutes = {
  "auth.verifyEmail": route({
    method: "POST",
    path: "/auth/verify-email",
    tag: "Sign-in",
    summary: "Confirm an e-mail address with the token of the link",
    access: "public",
    body: z.strictObject({ token: linkToken }),
    responses: { 200: z.object({ status: z.literal("verified"), email: z.string() }) },
    errors: ["auth.token_invalid"],
    rate: "sensitive",
  }),
  "auth.resendVerification": route({
    method: "POST",
    path: "/auth/verify-email/resend",
    tag: "Sign-in",
    summary: "Send the confirmation mail again",
    access: "public",
    body: z.strictObject({ email }),
    responses: { 202: asked },
    rate: "sensitive",
  }),
  "auth.resetPassword": route({
    method: "POST",
    path: "/auth/reset-password",
    tag: "Sign-in",
    summary: "Ask for a reset link (`email`), or set a new password with its token",
    description: "Asking answers 202 whether or not the address is known. A new password ends every session of the account.",
    access: "public",
    body: z.union([z.strictObject({ email }), z.strictObject({ token: linkToken, newPassword: password })]),
    responses: { 200: z.object({ status: z.literal("changed") }), 202: asked },
    errors: ["auth.token_invalid", "auth.password_refused", "account.inactive"],
    rate: "sensitive",
  }),
  "auth.changePassword": route({
    method: "POST",
    path: "/auth/change-password",
    tag: "Account",
    summary: "Change your password; all your other sessions end",
    access: "signed_in",
    body: z.strictObject({ currentPassword: password, newPassword: password }),
    responses: { 200: z.object({ status: z.literal("changed"), sessionsEnded: z.number().int() }) },
    errors: ["auth.password_wrong", "auth.locked", "auth.password_refused", "auth.session_required"],
    rate: "sensitive",
  }),
  "auth.passwordStrength": route({
    method: "POST",
    path: "/auth/password-strength",
    tag: "Sign-in",
    summary: "Rate a password by the rule that would refuse it",
    access: "public",
    body: z.strictObject({ password: z.string().max(256), email: z.string().max(254).optional(), name: z.string().max(100).optional() }),
    responses: { 200: passwordStrength },
    rate: "read",
  }),
} as const;

const secondFactorRoutes = {
  "auth.secondFactorSetup": route({
    method: "POST",
    path: "/auth/2fa/setup",
    tag: "Account",
    summary: "Start enrolling an authenticator",
    description: "Draw `uri` as a QR code, or type `secret`. Nothing changes until /auth/2fa/verify got a code of it.",
    access: "signed_in",
    body: z.strictObject({ password }),
    responses: { 200: z.object({ secret: z.string(), uri: z.string() }) },
    errors: ["auth.password_wrong", "auth.locked", "auth.second_factor_already_on", "auth.session_required"],
    rate: "sensitive",
  }),
  "auth.secondFactorVerify": route({
    method: "POST",
    path: "/auth/2fa/verify",
    tag: "Sign-in",
    summary: "Finish a sign-in, or an enrolment, with a code",
    access: "signed_in",
    body: z.strictObject({ code }),
    responses: { 200: z.discriminatedUnion("status", [signedIn, z.object({ status: z.literal("enabled"), backupCodes })]) },
    errors: ["auth.code_wrong", "auth.locked", "auth.second_factor_not_started", "auth.session_required"],
    rate: "sensitive",
  }),
  "auth.secondFactorDisable": route({
    method: "POST",
    path: "/auth/2fa/disable",
    tag: "Account",
    summary: "Remove the second factor",
    access: "signed_in",
    body: z.strictObject({ password, code }),
    responses: { 200: z.object({ status: z.literal("disabled") }) },
    errors: ["auth.password_wrong", "auth.code_wrong", "auth.locked", "auth.second_factor_off", "auth.second_factor_demanded", "auth.session_required"],
    rate: "sensitive",
  }),
  "auth.backupCodes": route({
    method: "POST",
    path: "/auth/2fa/backup-codes",
    tag: "Account",
    summary: "Make ten new backup codes; the old ones stop working",
    access: "signed_in",
    body: z.strictObject({ password }),
    responses: { 200: z.object({ backupCodes }) },
    errors: ["auth.password_wrong", "auth.locked", "auth.second_factor_off", "auth.session_required"],
    rate: "sensitive",
  }),
} as const;

const sessionRoutes = {
  "auth.sessions": route({
    method: "GET",
    path: "/auth/sessions",
    tag: "Account",
    summary: "List where you are signed in",
    access: "signed_in",
    query: pageQuery,
    responses: { 200: page(session) },
  }),
  "auth.endSession": route({
    method: "DELETE",
    path: "/auth/sessions/{id}",
    tag: "Account",
    summary: "End one of your sessions",
    access: "signed_in",
    params: z.strictObject({ id: id("session") }),
    responses: { 204: null },
    errors: ["auth.session_not_found", "auth.session_required"],
  }),
  "auth.endOtherSessions": route({
    method: "DELETE",
    path: "/auth/sessions",
    tag: "Account",
    summary: "End all your sessions but this one",
    access: "signed_in",
    responses: { 200: z.object({ ended: z.number().int() }) },
    errors: ["auth.session_required"],
  }),
} as const;

/** Sign-up, sign-in and everything around a person's own credentials. */
export const authRoutes = {
  ...setupRoutes,
  ...signInRoutes,
  ...passwordRoutes,
  ...secondFactorRoutes,
  ...sessionRoutes,
  ...deviceRoutes,
  ...invitationLinkRoutes,
} as const;
