import { z } from "zod";
import { PERMISSION_NAMES, type Permission } from "../access/permissions.ts";
import { FEATURE_NAMES, navigationItem } from "../navigation.ts";
import { route } from "../route.ts";
import { can, id, instant, line } from "../schemas.ts";

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};

const isLocale = (name: string): boolean => {
  try {
    return Intl.getCanonicalLocales(name).length === 1;
  } catch {
    return false;
  }
};

/** How a person wants to see the platform. `null` follows the browser. */
export const preferences = z
  .object({
    theme: z.enum(["light", "dark", "system"]).default("system"),
    contrast: z.enum(["normal", "high"]).default("normal"),
    fontSize: z.enum(["small", "normal", "large", "larger"]).default("normal"),
    timeZone: z.string().max(64).refine(isTimeZone, "must be a time zone name such as Europe/Zurich").nullable().default(null),
    locale: z.string().max(35).refine(isLocale, "must be a language tag such as en-GB").nullable().default(null),
    dateFormat: z.enum(["locale", "iso", "dmy", "mdy"]).default("locale"),
    notifications: z
      .object({
        jobs: z.boolean().default(true),
        changes: z.boolean().default(true),
        alerts: z.boolean().default(true),
        /** Also by e-mail, not only in the application. */
        email: z.boolean().default(false),
      })
      .prefault({}),
  })
  .meta({ id: "Preferences" });

export type Preferences = z.infer<typeof preferences>;

const preferencesChange = z.strictObject({
  theme: preferences.shape.theme.unwrap().optional(),
  contrast: preferences.shape.contrast.unwrap().optional(),
  fontSize: preferences.shape.fontSize.unwrap().optional(),
  timeZone: preferences.shape.timeZone.unwrap().optional(),
  locale: preferences.shape.locale.unwrap().optional(),
  dateFormat: preferences.shape.dateFormat.unwrap().optional(),
  notifications: z.strictObject({ jobs: z.boolean(), changes: z.boolean(), alerts: z.boolean(), email: z.boolean() }).partial().optional(),
});

/** A person's own account. */
export const account = z
  .object({
    id: id("user"),
    email: z.string(),
    name: z.string(),
    emailVerified: z.boolean(),
    instanceAdmin: z.boolean(),
    /** The first administrator, who cannot be deactivated, deleted or demoted. */
    protected: z.boolean(),
    secondFactorEnabled: z.boolean(),
    backupCodesLeft: z.number().int(),
    passwordChangedAt: instant.nullable(),
    lastSignInAt: instant.nullable(),
    createdAt: instant,
    preferences,
    version: z.number().int(),
    can: can("update", "changePassword", "disableSecondFactor"),
  })
  .meta({ id: "Account" });

export type Account = z.infer<typeof account>;

const permissionName = z.enum(PERMISSION_NAMES as readonly [Permission, ...Permission[]]);

export const workspaceChoice = z.object({ id: id("workspace"), slug: z.string(), name: z.string() }).meta({ id: "WorkspaceChoice" });

/** What a signed-in application needs to know before it draws anything. */
export const sessionInfo = z
  .object({
    user: account,
    workspaces: z.array(workspaceChoice),
    /** The workspace the permissions below hold in; null for a member of none. */
    workspace: workspaceChoice.nullable(),
    roles: z.array(z.string()),
    permissions: z.array(permissionName),
    navigation: z.array(navigationItem),
    features: z.record(z.enum(FEATURE_NAMES), z.boolean()),
    /** What must happen before anything else is answered. */
    restriction: z.enum(["password_change", "second_factor_enrolment"]).nullable(),
    /** Null when an API key asks. */
    session: z
      .object({
        id: id("session"),
        expiresAt: instant,
        /** Seconds without a request after which the session ends; null: none. */
        idleTimeout: z.number().int().nullable(),
        remember: z.boolean(),
      })
      .nullable(),
    mode: z.enum(["development", "production"]),
    /** `outbox`: mails are kept on the outbox page instead of being sent. */
    mail: z.enum(["smtp", "outbox"]),
    /** Set while the developer role has its full power in production. */
    developerInProduction: z.object({ until: instant }).nullable(),
    /** Set for developers in production whose role is limited now. */
    developerLimited: z.boolean(),
  })
  .meta({ id: "SessionInfo" });

export type SessionInfo = z.infer<typeof sessionInfo>;

const readSessionInfo = {
  path: "/users/me/session-info",
  tag: "Account",
  summary: "Show who you are, what you may do here and what to show",
  access: "signed_in",
  responses: { 200: sessionInfo },
} as const;

/** The signed-in person's own account. */
export const accountRoutes = {
  "account.get": route({
    method: "GET",
    path: "/users/me",
    tag: "Account",
    summary: "Show your account",
    access: "signed_in",
    responses: { 200: account },
    versioned: true,
  }),
  "account.update": route({
    method: "PATCH",
    path: "/users/me",
    tag: "Account",
    summary: "Change your name or preferences",
    access: "signed_in",
    body: z
      .strictObject({ name: line(100).optional(), preferences: preferencesChange.optional() })
      .refine((body) => Object.keys(body).length > 0, "must change something"),
    responses: { 200: account },
    errors: ["edit.conflict", "auth.session_required"],
    versioned: true,
  }),
  "account.sessionInfo": route({ method: "GET", ...readSessionInfo }),
  "account.postSessionInfo": route({ method: "POST", ...readSessionInfo, rate: "read" }),
  "account.permissions": route({
    method: "GET",
    path: "/users/me/permissions",
    tag: "Account",
    summary: "List your roles and permissions in the workspace",
    access: "signed_in",
    aliases: ["/rbac/my-permissions"],
    responses: {
      200: z.object({ workspace: workspaceChoice.nullable(), roles: z.array(z.string()), permissions: z.array(permissionName), instanceAdmin: z.boolean() }),
    },
  }),
} as const;
