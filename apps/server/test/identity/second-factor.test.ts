import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authenticatorCode, cookieOf, openStage, OTHER_PASSWORD, PASSWORD, statuses, type Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage[Symbol.asyncDispose]());

interface Enrolled {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly secret: string;
  readonly backupCodes: string[];
}

async function enrolled(): Promise<Enrolled> {
  const { id, email } = await stage.person();
  const token = (await stage.signIn(email)).body.accessToken;
  const { secret } = (await stage.send("POST", "/auth/2fa/setup", { password: PASSWORD }, token)).body;
  const done = await stage.send("POST", "/auth/2fa/verify", { code: authenticatorCode(secret, stage.now()) }, token);
  stage.advance(30);
  return { id, email, token, secret, backupCodes: done.body.backupCodes };
}

const verify = (token: string, code: string) => stage.send("POST", "/auth/2fa/verify", { code }, token);

describe("enrolment", () => {
  it("is in force after a code was seen, gives ten backup codes and keeps the secret sealed", async () => {
    const { id, email } = await stage.person();
    const token = (await stage.signIn(email)).body.accessToken;
    expect((await stage.send("POST", "/auth/2fa/setup", { password: OTHER_PASSWORD }, token)).body.code).toBe("auth.password_wrong");
    expect((await verify(token, "123456")).body.code).toBe("auth.second_factor_not_started");
    const setup = await stage.send("POST", "/auth/2fa/setup", { password: PASSWORD }, token);
    expect(setup.body.uri).toContain(`secret=${setup.body.secret}`);
    expect((await stage.signIn(email)).body.status).toBe("signed_in");
    expect((await verify(token, "000000")).body.code).toBe("auth.code_wrong");
    const done = await verify(token, authenticatorCode(setup.body.secret, stage.now()));
    expect(done.body).toMatchObject({ status: "enabled" });
    expect(new Set(done.body.backupCodes).size).toBe(10);
    expect((await stage.send("GET", "/users/me", undefined, token)).body).toMatchObject({ secondFactorEnabled: true, backupCodesLeft: 10 });
    const [row] = await stage.sql("select encode(totp_secret, 'escape') as sealed from credentials where user_id = $1", [id]);
    expect(row?.["sealed"]).not.toContain(setup.body.secret);
    expect((await stage.send("POST", "/auth/2fa/setup", { password: PASSWORD }, token)).body.code).toBe("auth.second_factor_already_on");
    expect((await stage.events(id)).map((event) => event.type)).toContain("user.second_factor_enabled");
  });
});

describe("sign-in with a second factor", () => {
  it("gives a token that can only finish or abandon, and new tokens afterwards", async () => {
    const { id, email, secret } = await enrolled();
    const pending = await stage.signIn(email);
    expect(pending.body).toMatchObject({ status: "second_factor", secondFactorRequired: true });
    expect(pending.body).not.toHaveProperty("user");
    expect(pending.body).not.toHaveProperty("refreshToken");
    const token = pending.body.accessToken;
    for (const [method, path] of [
      ["GET", "/auth/me"],
      ["GET", "/users/me/session-info"],
      ["GET", "/workspaces"],
      ["POST", "/auth/refresh"],
      ["GET", "/auth/sessions"],
    ] as const) {
      const answer = await stage.send(method, path, undefined, token);
      expect([path, answer.status, answer.body.code]).toEqual([path, 401, "auth.second_factor_required"]);
    }
    const done = await verify(token, authenticatorCode(secret, stage.now()));
    expect(done.body).toMatchObject({ status: "signed_in", user: { id } });
    expect(done.body.accessToken).not.toBe(token);
    expect(cookieOf(done)?.value).not.toBe(cookieOf(pending)?.value);
    expect((await stage.send("GET", "/auth/me", undefined, token)).status).toBe(401);
    expect((await stage.send("GET", "/auth/me", undefined, done.body.accessToken)).status).toBe(200);
    expect((await stage.events(id)).at(-1)).toMatchObject({ type: "session.started", data: { secondFactor: "totp" } });
  });

  it("takes each code of the authenticator once", async () => {
    const { email, secret } = await enrolled();
    const code = authenticatorCode(secret, stage.now());
    const [first, second] = [(await stage.signIn(email)).body.accessToken, (await stage.signIn(email)).body.accessToken];
    const answers = await Promise.all([verify(first, code), verify(second, code)]);
    expect(statuses(answers)).toEqual([200, 401]);
  });

  it("takes each backup code once, also at the same moment", async () => {
    const { id, email, backupCodes } = await enrolled();
    const tokens = [(await stage.signIn(email)).body.accessToken, (await stage.signIn(email)).body.accessToken];
    const code = backupCodes[3]?.toUpperCase() ?? "";
    const answers = await Promise.all(tokens.map((token) => verify(token, code)));
    expect(statuses(answers)).toEqual([200, 401]);
    const winner = answers.find((answer) => answer.status === 200);
    expect(winner?.body.user.backupCodesLeft).toBe(9);
    expect((await stage.events(id)).find((event) => event.type === "user.backup_code_used")?.data).toEqual({ left: 9 });
  });

  it("locks after five wrong codes, whatever comes then, and lets the half session die", async () => {
    const { email, secret, backupCodes } = await enrolled();
    const token = (await stage.signIn(email)).body.accessToken;
    const codes: string[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) codes.push((await verify(token, "000000")).body.code);
    expect(codes.at(-1)).toBe("auth.locked");
    expect((await verify(token, authenticatorCode(secret, stage.now()))).body.code).toBe("auth.locked");
    expect((await verify(token, backupCodes[0] ?? "")).body.code).toBe("auth.locked");
    stage.advance(601);
    expect((await verify(token, authenticatorCode(secret, stage.now()))).status).toBe(401);
    const fresh = (await stage.signIn(email)).body.accessToken;
    const finished = await verify(fresh, authenticatorCode(secret, stage.now()));
    expect(finished.body).toMatchObject({ status: "signed_in", user: { backupCodesLeft: 10 } });
  });

  it("ends when the person gives up", async () => {
    const { email } = await enrolled();
    const token = (await stage.signIn(email)).body.accessToken;
    expect((await stage.send("POST", "/auth/logout", undefined, token)).status).toBe(204);
    expect((await verify(token, "000000")).status).toBe(401);
  });

  it("stays after a password reset", async () => {
    const { email } = await enrolled();
    await stage.send("POST", "/auth/reset-password", { email });
    await stage.send("POST", "/auth/reset-password", { token: await stage.linkToken(email), newPassword: OTHER_PASSWORD });
    expect((await stage.signIn(email, OTHER_PASSWORD)).body.status).toBe("second_factor");
  });
});

describe("removal and renewal", () => {
  it("needs password and code to remove it", async () => {
    const { id, email, token, secret, backupCodes } = await enrolled();
    const disable = (password: string, code: string) => stage.send("POST", "/auth/2fa/disable", { password, code }, token);
    expect((await disable(OTHER_PASSWORD, authenticatorCode(secret, stage.now()))).body.code).toBe("auth.password_wrong");
    expect((await disable(PASSWORD, "000000")).body.code).toBe("auth.code_wrong");
    expect((await disable(PASSWORD, backupCodes[0] ?? "")).body).toEqual({ status: "disabled" });
    expect((await disable(PASSWORD, "000000")).body.code).toBe("auth.second_factor_off");
    expect((await stage.signIn(email)).body.status).toBe("signed_in");
    expect((await stage.events(id)).map((event) => event.type)).toContain("user.second_factor_disabled");
    expect((await stage.mailsTo(email)).map((mail) => mail.kind)).toEqual(["second_factor_changed", "second_factor_changed"]);
  });

  it("replaces all backup codes", async () => {
    const { email, token, backupCodes } = await enrolled();
    const renewed = await stage.send("POST", "/auth/2fa/backup-codes", { password: PASSWORD }, token);
    expect(renewed.body.backupCodes).toHaveLength(10);
    const half = (await stage.signIn(email)).body.accessToken;
    expect((await verify(half, backupCodes[0] ?? "")).status).toBe(401);
    expect((await verify(half, renewed.body.backupCodes[0])).status).toBe(200);
  });
});

describe("roles that demand it", () => {
  it("let a holder without one only enrol, and nobody remove it", async () => {
    const { email } = await stage.person({ roles: ["steward"] });
    const early = (await stage.signIn(email)).body.accessToken;
    await stage.sql(`insert into instance_settings (key, value) values ('instance', '{"secondFactorRoles":["steward"]}')`);
    expect((await stage.send("GET", "/workspaces", undefined, early)).body.code).toBe("auth.second_factor_enrolment_required");
    const signedIn = await stage.signIn(email);
    expect(signedIn.body.restriction).toBe("second_factor_enrolment");
    const token = signedIn.body.accessToken;
    expect((await stage.send("GET", "/users/me/session-info", undefined, token)).body.restriction).toBe("second_factor_enrolment");
    const { secret } = (await stage.send("POST", "/auth/2fa/setup", { password: PASSWORD }, token)).body;
    await verify(token, authenticatorCode(secret, stage.now()));
    expect((await stage.send("GET", "/workspaces", undefined, token)).status).toBe(200);
    stage.advance(30);
    const disable = await stage.send("POST", "/auth/2fa/disable", { password: PASSWORD, code: authenticatorCode(secret, stage.now()) }, token);
    expect(disable.body.code).toBe("auth.second_factor_demanded");
    const viewer = (await stage.signIn((await stage.person()).email)).body;
    expect(viewer.restriction).toBeNull();
    await stage.sql("delete from instance_settings where key = 'instance'");
  });
});
