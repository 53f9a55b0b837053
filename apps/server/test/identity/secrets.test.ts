import { prepareFirstRun } from "@granary/core/identity";
import { expect, it } from "vitest";
import { authenticatorCode, cookieOf, openStage, OTHER_PASSWORD, PASSWORD } from "./stage.ts";

it("leaves no secret in logs, events, idempotency keys or plain columns", async () => {
  const logLines: string[] = [];
  await using stage = await openStage({}, logLines);
  const { setupLink = "" } = await prepareFirstRun(stage.server.services, undefined);
  const { email } = await stage.person();
  const signedIn = await stage.signIn(email);
  const { accessToken, refreshToken } = signedIn.body;
  const idempotent = { "idempotency-key": "the-same-key-each-time" };
  const withKey = (path: string, body: unknown) => stage.server.request("POST", path, { as: accessToken, body, headers: idempotent });
  await withKey("/auth/password-strength", { password: OTHER_PASSWORD });
  const { secret } = (await withKey("/auth/2fa/setup", { password: PASSWORD })).body;
  const code = authenticatorCode(secret, stage.now());
  const { backupCodes } = (await withKey("/auth/2fa/verify", { code })).body;
  await stage.send("POST", "/auth/reset-password", { email });
  const resetToken = await stage.linkToken(email);
  await stage.send("GET", `/auth/invitations/${resetToken}`);
  await stage.send("POST", "/auth/reset-password", { token: resetToken, newPassword: OTHER_PASSWORD });
  const device = (await stage.send("POST", "/auth/device", {})).body;
  await stage.send("POST", "/auth/device/token", { deviceCode: device.deviceCode });
  await stage.send("POST", "/auth/login", `{"email":"${email}","password":"${PASSWORD}"`);

  const secrets = [
    PASSWORD,
    OTHER_PASSWORD,
    accessToken,
    refreshToken,
    cookieOf(signedIn)?.value,
    secret,
    ...backupCodes,
    resetToken,
    device.deviceCode,
    setupLink.split("token=")[1],
  ];
  const rows = await stage.sql(`
    select coalesce((select string_agg(e::text, ' ') from events e), '') || coalesce((select string_agg(k::text, ' ') from idempotency_keys k), '')
      || coalesce((select string_agg(c::text, ' ') from credentials c), '') || coalesce((select string_agg(s::text, ' ') from sessions s), '')
      || coalesce((select string_agg(j::text, ' ') from jobs j), '') as everything`);
  const everything = `${String(rows[0]?.["everything"])} ${logLines.join(" ")}`;
  expect(logLines.length).toBeGreaterThan(5);
  for (const found of secrets) {
    expect(String(found).length).toBeGreaterThan(5);
    expect(everything).not.toContain(String(found));
  }
  expect(await stage.sql("select count(*)::int as n from idempotency_keys")).toEqual([{ n: 0 }]);
});
