import { prepareFirstRun } from "@granary/core/identity";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cookieOf, openStage, OTHER_PASSWORD, PASSWORD, statuses, type Stage } from "./stage.ts";

const admin = (token: string, extra: Record<string, unknown> = {}) => ({
  token,
  email: "first@example.com",
  name: "Florence First",
  password: PASSWORD,
  workspaceName: "North Barn",
  ...extra,
});

async function setupToken(stage: Stage): Promise<string> {
  const { setupLink } = await prepareFirstRun(stage.server.services, undefined);
  return new URL(setupLink ?? "").searchParams.get("token") ?? "";
}

describe("first run", () => {
  it("creates the protected administrator with the printed link, signs in and closes for ever", async () => {
    await using stage = await openStage();
    const old = await setupToken(stage);
    const token = await setupToken(stage);
    expect((await stage.send("GET", "/auth/config")).body).toMatchObject({ setupNeeded: true, signUp: "invitation", mail: "outbox" });
    expect((await stage.send("GET", `/auth/setup?token=${old}`)).body).toEqual({ needed: true, tokenValid: false });
    expect((await stage.send("GET", `/auth/setup?token=${token}`)).body).toEqual({ needed: true, tokenValid: true });
    expect((await stage.send("POST", "/auth/setup", admin(old))).body.code).toBe("auth.token_invalid");
    expect((await stage.send("POST", "/auth/setup", admin("gro_guess"))).body.code).toBe("auth.token_invalid");
    const weak = await stage.send("POST", "/auth/setup", admin(token, { password: "password123" }));
    expect([weak.status, weak.body.code, weak.body.errors[0].path]).toEqual([422, "auth.password_refused", "body.password"]);

    const done = await stage.send("POST", "/auth/setup", admin(token));
    expect(done.status).toBe(201);
    expect(done.body).toMatchObject({ status: "signed_in", user: { email: "first@example.com", instanceAdmin: true, protected: true, emailVerified: true } });
    expect(cookieOf(done)).toBeDefined();
    const info = await stage.send("GET", "/users/me/session-info", undefined, done.body.accessToken);
    expect(info.body).toMatchObject({ workspace: { slug: "north-barn", name: "North Barn" }, roles: ["admin"] });

    expect((await stage.send("POST", "/auth/setup", admin(token))).body.code).toBe("auth.setup_closed");
    expect((await stage.send("GET", "/auth/config")).body.setupNeeded).toBe(false);
    expect(await prepareFirstRun(stage.server.services, undefined)).toEqual({ setupLink: undefined });
    expect((await stage.events(done.body.user.id)).map((event) => event.type).sort()).toEqual(["instance.set_up", "session.started", "workspace.created"]);
  });

  it("lets one of two setups at the same moment win", async () => {
    await using stage = await openStage();
    const token = await setupToken(stage);
    const answers = await Promise.all([
      stage.send("POST", "/auth/setup", admin(token)),
      stage.send("POST", "/auth/setup", admin(token, { email: "second@example.com" })),
    ]);
    expect(statuses(answers)).toEqual([201, 409]);
    expect(await stage.sql("select count(*)::int as n from users where protected")).toEqual([{ n: 1 }]);
  });

  it("creates the administrator the configuration names, once, from several processes", async () => {
    await using stage = await openStage();
    const wanted = { email: "Ops@Example.com", password: PASSWORD };
    await Promise.all([prepareFirstRun(stage.server.services, wanted), prepareFirstRun(stage.server.services, wanted)]);
    expect((await stage.signIn("ops@example.com")).body.user).toMatchObject({ email: "ops@example.com", protected: true });
    await prepareFirstRun(stage.server.services, { email: "other@example.com", password: PASSWORD });
    expect((await stage.signIn("other@example.com")).status).toBe(401);
  });

  it("refuses a weak administrator's password in production", async () => {
    await using stage = await openStage();
    const services = { ...stage.server.services, config: { ...stage.server.services.config, mode: "production" as const } };
    await expect(prepareFirstRun(services, { email: "ops@example.com", password: "password1" })).rejects.toMatchObject({ code: "auth.password_refused" });
    await expect(prepareFirstRun(stage.server.services, { email: "ops@example.com", password: "short" })).rejects.toMatchObject({
      code: "auth.password_refused",
    });
  });
});

describe("registration", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ GRANARY_SIGN_UP: "open" });
    await prepareFirstRun(stage.server.services, { email: "root@example.com", password: PASSWORD });
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const newcomer = (email: string, extra: Record<string, unknown> = {}) => ({ email, name: "Nora New", password: PASSWORD, ...extra });

  it("mails a link, refuses sign-in until it was followed, and gives a seat in the first workspace", async () => {
    const email = "nora@example.com";
    const answer = await stage.send("POST", "/auth/register", newcomer(email));
    expect([answer.status, answer.body]).toEqual([202, { status: "sent" }]);
    expect((await stage.signIn(email)).body.code).toBe("auth.email_unverified");
    await stage.send("POST", "/auth/verify-email", { token: await stage.linkToken(email) });
    const signedIn = await stage.signIn(email);
    expect(signedIn.status).toBe(200);
    const me = await stage.send("GET", "/auth/me", undefined, signedIn.body.accessToken);
    expect(me.body).toMatchObject({ roles: ["viewer"], workspace: { name: "Main" }, instanceAdmin: false });
    expect((await stage.events(email)).map((event) => event.type)).toEqual(["user.registered", "session.refused", "user.email_verified"]);
  });

  it("answers the same for an address that has an account, and writes to its owner", async () => {
    const { email } = await stage.person();
    const answer = await stage.send("POST", "/auth/register", newcomer(email, { password: OTHER_PASSWORD }));
    expect([answer.status, answer.body]).toEqual([202, { status: "sent" }]);
    expect((await stage.mailsTo(email)).map((mail) => mail.kind)).toEqual(["account_exists"]);
    expect((await stage.signIn(email, OTHER_PASSWORD)).status).toBe(401);
    expect((await stage.signIn(email)).status).toBe(200);
  });

  it("makes one account of several registrations at the same moment", async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => stage.send("POST", "/auth/register", newcomer("race@example.com"))));
    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202, 202]);
    expect(await stage.sql("select count(*)::int as n from users where email = 'race@example.com'")).toEqual([{ n: 1 }]);
  });

  it("refuses a link that is too old or was replaced", async () => {
    const email = "late@example.com";
    await stage.send("POST", "/auth/register", newcomer(email));
    const first = await stage.linkToken(email);
    await stage.send("POST", "/auth/verify-email/resend", { email });
    expect((await stage.send("POST", "/auth/verify-email", { token: first })).body.code).toBe("auth.token_invalid");
    const second = await stage.linkToken(email);
    stage.advance(48 * 3_600 + 1);
    expect((await stage.send("POST", "/auth/verify-email", { token: second })).body.code).toBe("auth.token_invalid");
  });

  it("does not tell whether an address waits for confirmation", async () => {
    const before = (await stage.sql("select count(*)::int as n from mails"))[0];
    const answer = await stage.send("POST", "/auth/verify-email/resend", { email: "nobody@example.com" });
    expect([answer.status, answer.body]).toEqual([202, { status: "sent" }]);
    expect((await stage.sql("select count(*)::int as n from mails"))[0]).toEqual(before);
  });

  it("refuses weak passwords, control characters and unknown fields with every issue", async () => {
    const weak = await stage.send("POST", "/auth/register", newcomer("weak@example.com", { password: "qwertyuiop12" }));
    expect([weak.status, weak.body.code]).toEqual([422, "auth.password_refused"]);
    const bad = await stage.send("POST", "/auth/register", { email: "x", name: "\u0000", password: "", instanceAdmin: true });
    expect(bad.body.errors.map((issue: { path: string }) => issue.path).sort()).toEqual(["body.email", "body.instanceAdmin", "body.name", "body.password"]);
  });

  it("rates a password by the rule that refuses it", async () => {
    const rate = async (body: unknown) => (await stage.send("POST", "/auth/password-strength", body)).body;
    expect(await rate({ password: PASSWORD })).toMatchObject({ acceptable: true });
    expect(await rate({ password: "nora-lantern-quiver", name: "Nora New" })).toMatchObject({
      acceptable: false,
      warning: "Do not use your name or e-mail address.",
    });
    expect(await rate({ password: "" })).toMatchObject({ score: 0, acceptable: false });
  });

  it("is closed, or needs an invitation, when the installation says so", async () => {
    await stage.sql(`insert into instance_settings (key, value) values ('instance', '{"signUp":"closed"}')`);
    expect((await stage.send("POST", "/auth/register", newcomer("no@example.com"))).body.code).toBe("auth.sign_up_closed");
    await stage.sql(`update instance_settings set value = '{"signUp":"invitation"}' where key = 'instance'`);
    expect((await stage.send("POST", "/auth/register", newcomer("no@example.com"))).body.code).toBe("auth.invitation_required");
    await stage.sql("delete from instance_settings where key = 'instance'");
  });
});

describe("invitations", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  async function invite(email: string, roles: string[] = ["data_analyst"]): Promise<string> {
    const { newToken, tokenHash } = await import("@granary/core/identity");
    const token = newToken("one_time");
    const expires = new Date(stage.now().getTime() + 86_400_000);
    await stage.sql(
      "insert into invitations (id, workspace_id, email, name, roles, token_hash, invited_by, expires_at) values ($1, $2, $3, null, $4, $5, $6, $7)",
      [`inv_${Math.random()}`, stage.server.workspace.id, email, roles, tokenHash(token), stage.server.admin.id, expires],
    );
    return token;
  }

  it("let an invited person in at once, without a confirmation mail", async () => {
    const token = await invite("guest@example.com");
    const offer = await stage.send("GET", `/auth/invitations/${token}`);
    expect(offer.body).toMatchObject({
      workspaceName: "Test workspace",
      email: "guest@example.com",
      inviterName: "Ada Admin",
      roles: ["data_analyst"],
      accountExists: false,
    });
    const other = await stage.send("POST", "/auth/register", { email: "thief@example.com", name: "T", password: PASSWORD, invitation: token });
    expect([other.status, other.body.code]).toEqual([403, "auth.invitation_other_address"]);
    const joined = await stage.send("POST", "/auth/register", { email: "guest@example.com", name: "Gus", password: PASSWORD, invitation: token });
    expect(joined.status).toBe(201);
    const me = await stage.send("GET", "/auth/me", undefined, joined.body.accessToken);
    expect(me.body).toMatchObject({ roles: ["data_analyst"], workspace: { id: stage.server.workspace.id }, emailVerified: true });
    expect((await stage.send("GET", `/auth/invitations/${token}`)).body.code).toBe("auth.token_invalid");
    expect((await stage.events("guest@example.com")).map((event) => event.type).sort()).toEqual(["invitation.accepted", "user.registered"]);
  });

  it("work once even at the same moment", async () => {
    const token = await invite("twice@example.com");
    const body = { email: "twice@example.com", name: "Tw", password: PASSWORD, invitation: token };
    const answers = await Promise.all([stage.send("POST", "/auth/register", body), stage.send("POST", "/auth/register", body)]);
    expect(statuses(answers)).not.toEqual([201, 201]);
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
  });

  it("are accepted by the person they were sent to, who keeps the roles they had", async () => {
    const { email } = await stage.person({ roles: ["viewer"] });
    const token = await invite(email, ["steward"]);
    const register = await stage.send("POST", "/auth/register", { email, name: "Dup", password: PASSWORD, invitation: token });
    expect([register.status, register.body.code]).toEqual([409, "auth.account_exists"]);
    expect((await stage.send("POST", `/auth/invitations/${token}/accept`)).status).toBe(401);
    const stranger = (await stage.signIn((await stage.person()).email)).body.accessToken;
    expect((await stage.send("POST", `/auth/invitations/${token}/accept`, undefined, stranger)).body.code).toBe("auth.invitation_other_address");
    const own = (await stage.signIn(email)).body.accessToken;
    const accepted = await stage.send("POST", `/auth/invitations/${token}/accept`, undefined, own);
    expect(accepted.body).toMatchObject({ workspace: { id: stage.server.workspace.id } });
    const { body } = await stage.send("GET", "/users/me/permissions", undefined, own);
    expect(body.roles.sort()).toEqual(["steward", "viewer"]);
    expect((await stage.send("POST", `/auth/invitations/${token}/accept`, undefined, own)).body.code).toBe("auth.token_invalid");
  });

  it("end by time and by revocation", async () => {
    const token = await invite("slow@example.com");
    const revoked = await invite("gone@example.com");
    await stage.sql("update invitations set revoked_at = now() where email = 'gone@example.com'");
    expect((await stage.send("GET", `/auth/invitations/${revoked}`)).status).toBe(400);
    stage.advance(86_401);
    expect((await stage.send("GET", `/auth/invitations/${token}`)).body.code).toBe("auth.token_invalid");
  });
});
