import { z } from "zod";
import { route } from "../route.ts";
import { instant, line } from "../schemas.ts";
import { signedIn } from "./signed-in.ts";

const userCode = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{4}-?[A-Z]{4}$/, "must be eight letters, as in BCDF-GHJK")
  .transform((text) => `${text.slice(0, 4)}-${text.slice(-4)}`);

const deviceParams = z.strictObject({ userCode });
const deviceRequest = z.object({ userCode: z.string(), clientName: z.string(), ip: z.string().nullable(), createdAt: instant, expiresAt: instant });

/** OAuth 2.0 device authorization (RFC 8628), with JSON bodies and our error codes. */
export const deviceRoutes = {
  "auth.deviceStart": route({
    method: "POST",
    path: "/auth/device",
    tag: "Sign-in",
    summary: "Start signing in a device without a browser",
    access: "public",
    body: z.strictObject({ clientName: line(100).default("Command line") }),
    responses: {
      200: z.object({
        deviceCode: z.string(),
        userCode: z.string(),
        verificationUri: z.string(),
        verificationUriComplete: z.string(),
        expiresIn: z.number().int(),
        interval: z.number().int().describe("Seconds to wait between polls"),
      }),
    },
    rate: "sensitive",
  }),
  "auth.deviceToken": route({
    method: "POST",
    path: "/auth/device/token",
    tag: "Sign-in",
    summary: "Poll until the person approved the device",
    access: "public",
    body: z.strictObject({ deviceCode: z.string().min(1).max(128) }),
    responses: { 200: signedIn },
    errors: ["auth.device_pending", "auth.device_slow_down", "auth.device_denied", "auth.device_expired"],
    rate: "sensitive",
  }),
  "auth.deviceGet": route({
    method: "GET",
    path: "/auth/device/{userCode}",
    tag: "Sign-in",
    summary: "Show the device that waits under a code",
    access: "signed_in",
    params: deviceParams,
    responses: { 200: deviceRequest },
    errors: ["auth.device_not_found", "auth.session_required"],
    rate: "sensitive",
  }),
  "auth.deviceApprove": route({
    method: "POST",
    path: "/auth/device/{userCode}/approve",
    tag: "Sign-in",
    summary: "Let the device sign in as you",
    access: "signed_in",
    params: deviceParams,
    responses: { 200: z.object({ status: z.literal("approved"), clientName: z.string() }) },
    errors: ["auth.device_not_found", "auth.session_required"],
    rate: "sensitive",
  }),
  "auth.deviceDeny": route({
    method: "POST",
    path: "/auth/device/{userCode}/deny",
    tag: "Sign-in",
    summary: "Refuse the device",
    access: "signed_in",
    params: deviceParams,
    responses: { 200: z.object({ status: z.literal("denied"), clientName: z.string() }) },
    errors: ["auth.device_not_found", "auth.session_required"],
    rate: "sensitive",
  }),
} as const;
