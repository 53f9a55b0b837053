import { z } from "zod";
import { route } from "../route.ts";
import { can, email, id, instant, line } from "../schemas.ts";
import { roleName, roleSet } from "./users.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Settings of the whole installation that can be changed while it runs. */
export const instanceSettings = z
  .object({
    signUp: z.enum(["open", "invitation", "closed"]),
    secondFactorRoles: z.array(roleName).describe("Who holds one of these must use a second factor"),
    session: z.object({
      idleTimeout: z.number().int().describe("Seconds without a request after which a session ends"),
      lifetime: z.number().int().describe("Seconds after which a session ends in any case"),
      remember: z.number().int().describe("Seconds a session lasts with `remember me`"),
    }),
    version: z.number().int(),
  })
  .meta({ id: "InstanceSettings" });

export type InstanceSettings = z.infer<typeof instanceSettings>;

export const settings = z
  .object({
    workspace: z.object({ id: id("workspace"), slug: z.string(), name: z.string(), version: z.number().int() }),
    instance: instanceSettings.nullable().describe("Null for callers who do not administer the installation"),
    mail: z.object({ delivery: z.enum(["smtp", "outbox"]), from: z.string() }),
    storage: z.object({
      keptBytes: z.number().int().describe("Bytes of uploaded files the workspace keeps"),
      quotaBytes: z.number().int().nullable().describe("Bytes it may keep; null for no limit"),
    }),
    virusScan: z.boolean().describe("Whether files are scanned for viruses before they can be used"),
    mode: z.enum(["development", "production"]),
    can: can("updateWorkspace", "updateInstance", "testMail", "changeSafeguard"),
  })
  .meta({ id: "Settings" });

export type Settings = z.infer<typeof settings>;

export const developerSafeguard = z
  .object({
    mode: z.enum(["development", "production"]),
    enabled: z.boolean().describe("Whether developers have their full power in production now"),
    until: instant.nullable(),
    reason: z.string().nullable(),
    changedBy: z.string().nullable(),
    changedAt: instant.nullable(),
    maxHours: z.number().int(),
    can: can("change"),
  })
  .meta({ id: "DeveloperSafeguard" });

export type DeveloperSafeguard = z.infer<typeof developerSafeguard>;

const change = z
  .strictObject({
    signUp: instanceSettings.shape.signUp.optional(),
    secondFactorRoles: roleSet.optional(),
    session: z
      .strictObject({
        idleTimeout: z
          .number()
          .int()
          .min(5 * MINUTE)
          .max(DAY),
        lifetime: z
          .number()
          .int()
          .min(15 * MINUTE)
          .max(7 * DAY),
        remember: z
          .number()
          .int()
          .min(HOUR)
          .max(90 * DAY),
      })
      .refine((session) => session.idleTimeout <= session.lifetime, { path: ["idleTimeout"], message: "must not be longer than the lifetime" })
      .refine((session) => session.lifetime <= session.remember, { path: ["remember"], message: "must not be shorter than the lifetime" })
      .optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "must change something");

/** Settings of the workspace and of the installation. A workspace is renamed by `workspaces.update`. */
export const settingsRoutes = {
  "settings.get": route({
    method: "GET",
    path: "/admin/settings",
    tag: "Settings",
    summary: "Show the settings you may see",
    access: "settings:read",
    responses: { 200: settings },
  }),
  "settings.getInstance": route({
    method: "GET",
    path: "/admin/settings/instance",
    tag: "Settings",
    summary: "Show the installation's settings",
    access: "instance:settings",
    responses: { 200: instanceSettings },
    versioned: true,
  }),
  "settings.update": route({
    method: "PATCH",
    path: "/admin/settings",
    aliases: ["/admin/settings/instance"],
    tag: "Settings",
    summary: "Change the installation's settings",
    access: "instance:settings",
    body: change,
    responses: { 200: instanceSettings },
    errors: ["edit.conflict"],
    versioned: true,
  }),
  "settings.testMail": route({
    method: "POST",
    path: "/admin/settings/mail-test",
    tag: "Settings",
    summary: "Send a test mail",
    access: "instance:settings",
    body: z.strictObject({ to: email.optional().describe("Your own address when left out") }),
    responses: { 202: z.object({ mailId: id("mail"), to: z.string(), delivery: z.enum(["smtp", "outbox"]) }) },
    errors: ["request.invalid"],
  }),
  "settings.getSafeguard": route({
    method: "GET",
    path: "/admin/settings/dev-role-production",
    tag: "Settings",
    summary: "Show whether developers have their full power in production",
    access: "settings:read",
    responses: { 200: developerSafeguard },
  }),
  "settings.setSafeguard": route({
    method: "PUT",
    path: "/admin/settings/dev-role-production",
    tag: "Settings",
    summary: "Give developers their full power in production for a limited time, or take it back",
    access: "instance:settings",
    body: z.strictObject({
      enabled: z.boolean(),
      until: instant.optional().describe("At most 24 hours ahead; one hour when left out"),
      reason: line(300).optional().describe("Needed to switch it on"),
    }),
    responses: { 200: developerSafeguard },
    errors: ["request.invalid"],
  }),
} as const;
