import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, OTHER_PASSWORD, PASSWORD, statuses, type Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage[Symbol.asyncDispose]());

describe("password reset", () => {
  it("mails a link that sets a new password once, lifts a lock and ends every session", async () => {
    const { id, email } = await stage.person();
    const old = (await stage.signIn(email)).body.accessToken;
    for (let attempt = 0; attempt < 5; attempt += 1) await stage.signIn(email, OTHER_PASSWORD);
    const asked = await stage.send("POST", "/auth/reset-password", { email });
    expect([asked.status, asked.body]).toEqual([202, { status: "sent" }]);
    const token = await stage.linkToken(email);
    const weak = await stage.send("POST", "/auth/reset-password", { token, newPassword: "password12" });
    expect([weak.status, weak.body.errors[0].path]).toEqual([422, "body.newPassword"]);
    expect((await stage.send("POST", "/auth/reset-password", { token, newPassword: OTHER_PASSWORD })).body).toEqual({ status: "changed" });
    expect((await stage.send("GET", "/auth/me", undefined, old)).status).toBe(401);
    expect((await stage.signIn(email)).status).toBe(401);
    expect((await stage.signIn(email, OTHER_PASSWORD)).status).toBe(200);
    expect((await stage.send("POST", "/auth/reset-password", { token, newPassword: PASSWORD })).body.code).toBe("auth.token_invalid");
    expect((await stage.mailsTo(email)).map((mail) => mail.kind)).toEqual(["password_changed", "reset_password", "account_locked"]);
    expect((await stage.events(id)).map((event) => event.type)).toEqual(expect.arrayContaining(["user.password_reset_asked", "user.password_reset"]));
  });

  it("answers the same for an unknown address and writes no mail", async () => {
    const asked = await stage.send("POST", "/auth/reset-password", { email: "nobody@example.com" });
    expect([asked.status, asked.body]).toEqual([202, { status: "sent" }]);
    expect(await stage.mailsTo("nobody@example.com")).toEqual([]);
  });

  it("does not let strangers fill a mailbox: at most five an hour", async () => {
    const { email } = await stage.person();
    for (let round = 0; round < 8; round += 1) expect((await stage.send("POST", "/auth/reset-password", { email })).status).toBe(202);
    expect(await stage.mailsTo(email)).toHaveLength(5);
    stage.advance(3_601);
    await stage.send("POST", "/auth/reset-password", { email });
    expect(await stage.mailsTo(email)).toHaveLength(6);
  });

  it("lets one of two uses at the same moment win", async () => {
    const { email } = await stage.person();
    await stage.send("POST", "/auth/reset-password", { email });
    const token = await stage.linkToken(email);
    const use = (newPassword: string) => stage.send("POST", "/auth/reset-password", { token, newPassword });
    const answers = await Promise.all([use(OTHER_PASSWORD), use(`${OTHER_PASSWORD}-b`)]);
    expect(statuses(answers)).toEqual([200, 400]);
  });

  it("refuses an old link, one sent to a former address, and a link of another kind", async () => {
    const { id, email } = await stage.person();
    await stage.send("POST", "/auth/reset-password", { email });
    const token = await stage.linkToken(email);
    expect((await stage.send("POST", "/auth/verify-email", { token })).body.code).toBe("auth.token_invalid");
    await stage.sql("update users set email = 'moved@example.com' where id = $1", [id]);
    expect((await stage.send("POST", "/auth/reset-password", { token, newPassword: OTHER_PASSWORD })).body.code).toBe("auth.token_invalid");
    await stage.send("POST", "/auth/reset-password", { email: "moved@example.com" });
    const late = await stage.linkToken("moved@example.com");
    stage.advance(2 * 3_600 + 1);
    expect((await stage.send("POST", "/auth/reset-password", { token: late, newPassword: OTHER_PASSWORD })).body.code).toBe("auth.token_invalid");
  });

  it("refuses a mixture of both forms", async () => {
    const answer = await stage.send("POST", "/auth/reset-password", { email: "a@example.com", token: "x", newPassword: PASSWORD });
    expect([answer.status, answer.body.code]).toEqual([400, "request.invalid"]);
  });
});

describe("password change", () => {
  it("needs the current password, ends other sessions and keeps this one", async () => {
    const { id, email } = await stage.person();
    const [own, other] = [(await stage.signIn(email)).body.accessToken, (await stage.signIn(email)).body.accessToken];
    const change = (body: unknown, token?: string) => stage.send("POST", "/auth/change-password", body, token);
    expect((await change({ currentPassword: PASSWORD, newPassword: OTHER_PASSWORD })).status).toBe(401);
    const wrong = await change({ currentPassword: "wrong", newPassword: OTHER_PASSWORD }, own);
    expect([wrong.status, wrong.body.code]).toEqual([403, "auth.password_wrong"]);
    expect((await change({ currentPassword: PASSWORD, newPassword: PASSWORD }, own)).body.code).toBe("auth.password_refused");
    expect((await change({ currentPassword: PASSWORD, newPassword: "short" }, own)).body.code).toBe("auth.password_refused");
    expect((await change({ currentPassword: PASSWORD, newPassword: OTHER_PASSWORD }, own)).body).toEqual({ status: "changed", sessionsEnded: 1 });
    expect((await stage.send("GET", "/auth/me", undefined, own)).status).toBe(200);
    expect((await stage.send("GET", "/auth/me", undefined, other)).status).toBe(401);
    expect((await stage.events(id)).at(-1)).toMatchObject({ type: "user.password_changed", data: { sessionsEnded: 1 } });
    expect((await stage.mailsTo(email))[0]?.kind).toBe("password_changed");
  });

  it("is locked after five wrong current passwords, apart from sign-in", async () => {
    const { email } = await stage.person();
    const token = (await stage.signIn(email)).body.accessToken;
    const codes: string[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      codes.push((await stage.send("POST", "/auth/change-password", { currentPassword: `no-${attempt}`, newPassword: OTHER_PASSWORD }, token)).body.code);
    }
    expect(codes).toEqual([...Array<string>(4).fill("auth.password_wrong"), "auth.locked", "auth.locked"]);
    expect((await stage.signIn(email)).status).toBe(200);
  });
});

describe("an API key", () => {
  it("reads the account but cannot touch credentials or sessions", async () => {
    const { id } = await stage.person({ roles: ["admin"] });
    const { newToken, tokenHash } = await import("@granary/core/identity");
    const key = newToken("api_key");
    await stage.sql("insert into api_keys (id, workspace_id, user_id, name, hash, hint) values ($1, $2, $3, 'k', $4, 'grk_')", [
      "key_1",
      stage.server.workspace.id,
      id,
      tokenHash(key),
    ]);
    const me = await stage.send("GET", "/users/me", undefined, key);
    expect(me.body).toMatchObject({ id, can: { update: false, changePassword: false, disableSecondFactor: false } });
    const calls = [
      ["POST", "/auth/change-password", { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD }],
      ["POST", "/auth/2fa/setup", { password: PASSWORD }],
      ["POST", "/auth/2fa/verify", { code: "123456" }],
      ["POST", "/auth/logout", undefined],
      ["DELETE", "/auth/sessions", undefined],
      ["POST", "/auth/device/BCDF-GHJK/approve", undefined],
    ] as const;
    for (const [method, path, body] of calls) {
      const answer = await stage.send(method, path, body, key);
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, "auth.session_required"]);
    }
    await stage.sql("update users set status = 'inactive' where id = $1", [id]);
    expect((await stage.send("GET", "/users/me", undefined, key)).body.code).toBe("account.inactive");
  });
});
