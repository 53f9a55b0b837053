import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cookieOf, openStage, OTHER_PASSWORD, PASSWORD, statuses, type Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage[Symbol.asyncDispose]());

describe("sign-in", () => {
  it("answers a bearer token and a cookie, and records the event", async () => {
    const { id, email } = await stage.person();
    const answer = await stage.signIn(email.toUpperCase());
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      status: "signed_in",
      tokenType: "Bearer",
      expiresIn: 3_600,
      secondFactorRequired: false,
      restriction: null,
      user: { id, email },
    });
    const cookie = cookieOf(answer);
    expect(cookie?.attributes).toContain("HttpOnly");
    expect(cookie?.attributes).toContain("SameSite=Lax");
    expect(cookie?.attributes).not.toMatch(/Secure|Max-Age/);
    const me = await stage.send("GET", "/auth/me", undefined, answer.body.accessToken);
    expect(me.body).toMatchObject({ id, workspace: { id: stage.server.workspace.id }, roles: ["viewer"] });
    const byCookie = await stage.server.request("GET", "/auth/me", { headers: { cookie: `granary_session=${cookie?.value}` } });
    expect(byCookie.status).toBe(200);
    expect(await stage.events(id)).toMatchObject([{ type: "session.started", result: "success", workspace_id: stage.server.workspace.id }]);
    expect(JSON.stringify(answer.body.user)).not.toMatch(/hash|totp/i);
  });

  it("gives a command line no cookie, and a cookie that outlives the browser to who asks to be remembered", async () => {
    const { email } = await stage.person();
    const cli = await stage.send("POST", "/auth/login", { email, password: PASSWORD, client: "cli" });
    expect(cookieOf(cli)).toBeUndefined();
    const remembered = await stage.send("POST", "/auth/login", { email, password: PASSWORD, remember: true });
    expect(cookieOf(remembered)?.attributes).toContain("Max-Age=2592000");
  });

  it("answers an unknown name exactly like a wrong password", async () => {
    const { id, email } = await stage.person();
    const wrong = await stage.signIn(email, OTHER_PASSWORD);
    const unknown = await stage.signIn("nobody@example.com");
    expect(wrong.status).toBe(401);
    const { requestId: _, ...wrongBody } = wrong.body;
    const { requestId: __, ...unknownBody } = unknown.body;
    expect(unknownBody).toEqual(wrongBody);
    expect(unknown.status).toBe(401);
    expect(await stage.events(id)).toMatchObject([{ type: "session.refused", result: "denied", data: { reason: "auth.credentials_wrong" } }]);
  });

  it("refuses bad input with every issue and unknown fields", async () => {
    const answer = await stage.send("POST", "/auth/login", { email: "no address", password: "", admin: true });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((issue: { path: string }) => issue.path).sort()).toEqual(["body.admin", "body.email", "body.password"]);
    for (const email of [{ $ne: null }, ["a@example.com"], 7, "' or 1=1 --@example.com", "<script>@example.com"]) {
      expect((await stage.send("POST", "/auth/login", { email, password: PASSWORD })).status).toBe(400);
    }
  });

  it("tells a person with the right password that the address waits for confirmation, and nobody else", async () => {
    const { email } = await stage.person({ verified: false });
    expect((await stage.signIn(email, OTHER_PASSWORD)).body.code).toBe("auth.credentials_wrong");
    const answer = await stage.signIn(email);
    expect([answer.status, answer.body.code]).toEqual([403, "auth.email_unverified"]);
    await stage.send("POST", "/auth/verify-email/resend", { email });
    const token = await stage.linkToken(email);
    expect((await stage.send("POST", "/auth/verify-email", { token })).body).toEqual({ status: "verified", email });
    expect((await stage.send("POST", "/auth/verify-email", { token })).body.code).toBe("auth.token_invalid");
    expect((await stage.signIn(email)).status).toBe(200);
  });

  it("tells an inactive person so after the right password, and stops their sessions and keys", async () => {
    const { id, email } = await stage.person();
    const { body } = await stage.signIn(email);
    await stage.sql("update users set status = 'inactive' where id = $1", [id]);
    expect((await stage.signIn(email, OTHER_PASSWORD)).body.code).toBe("auth.credentials_wrong");
    const refused = await stage.signIn(email);
    expect([refused.status, refused.body.code]).toEqual([403, "account.inactive"]);
    const call = await stage.send("GET", "/auth/me", undefined, body.accessToken);
    expect([call.status, call.body.code]).toEqual([403, "account.inactive"]);
    expect((await stage.send("POST", "/auth/refresh", { refreshToken: body.refreshToken })).body.code).toBe("account.inactive");
  });

  it("lets a person who must change the password do nothing else", async () => {
    const { email } = await stage.person({ mustChange: true });
    const { body } = await stage.signIn(email);
    expect(body.restriction).toBe("password_change");
    const call = await stage.send("GET", "/workspaces", undefined, body.accessToken);
    expect([call.status, call.body.code]).toEqual([403, "auth.password_change_required"]);
    const change = await stage.send("POST", "/auth/change-password", { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD }, body.accessToken);
    expect(change.status).toBe(200);
    expect((await stage.send("GET", "/workspaces", undefined, body.accessToken)).status).toBe(200);
  });
});

describe("lockout", () => {
  it("locks known and unknown names alike, refuses even the right password, and grows", async () => {
    const { id, email } = await stage.person();
    for (const name of [email, "ghost@example.com"]) {
      const codes: string[] = [];
      for (let attempt = 0; attempt < 5; attempt += 1) codes.push((await stage.signIn(name, OTHER_PASSWORD)).body.code);
      expect(codes).toEqual([...Array<string>(4).fill("auth.credentials_wrong"), "auth.locked"]);
    }
    const locked = await stage.signIn(email);
    expect([locked.status, locked.body.code, locked.headers["retry-after"]]).toEqual([429, "auth.locked", "60"]);
    expect((await stage.signIn("ghost@example.com")).body.code).toBe("auth.locked");
    expect((await stage.mailsTo(email)).map((mail) => mail.kind)).toEqual(["account_locked"]);
    expect(await stage.mailsTo("ghost@example.com")).toEqual([]);
    expect(await stage.sql(`select kind, title from notifications where user_id = '${id}'`)).toEqual([
      { kind: "user.locked", title: "Sign-in was locked for 1 min" },
    ]);
    expect((await stage.events(email)).filter((event) => event.type === "user.locked")).toMatchObject([{ data: { minutes: 1 } }]);

    stage.advance(61);
    expect((await stage.signIn(email, OTHER_PASSWORD)).headers["retry-after"]).toBe("300");
    stage.advance(301);
    expect((await stage.signIn(email)).status).toBe(200);
    expect((await stage.events(id)).map((event) => event.type)).toContain("session.started");
  });

  it("lets no more than five of many guesses at the same moment through", async () => {
    const { email } = await stage.person();
    const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => stage.signIn(email, `${OTHER_PASSWORD}-${index}`)));
    const codes = answers.map((answer) => answer.body.code);
    expect(codes.filter((code) => code === "auth.credentials_wrong")).toHaveLength(4);
    expect(codes.filter((code) => code === "auth.locked")).toHaveLength(12);
    const rows = await stage.sql("select failures from sign_in_failures where account = $1", [email]);
    expect(rows).toEqual([{ failures: 5 }]);
  });

  it("does not lock a person who signs in many times at once", async () => {
    const { email } = await stage.person();
    const answers = await Promise.all(Array.from({ length: 8 }, () => stage.signIn(email)));
    expect(answers.map((answer) => answer.status)).toEqual(Array<number>(8).fill(200));
  });

  it("writes names of the lock letter as text, not as markup", async () => {
    const { id, email } = await stage.person();
    await stage.sql("update users set name = $2 where id = $1", [id, "<img src=x onerror=alert(1)>"]);
    for (let attempt = 0; attempt < 5; attempt += 1) await stage.signIn(email, OTHER_PASSWORD);
    const [mail] = await stage.mailsTo(email);
    expect(mail?.body_html).not.toContain("<img");
    expect(mail?.body_html).toContain("&lt;img");
  });
});

describe("sessions", () => {
  it("end at sign-out at once, with every token", async () => {
    const { email } = await stage.person();
    const answer = await stage.signIn(email);
    const cookie = { cookie: `granary_session=${cookieOf(answer)?.value}` };
    const out = await stage.send("POST", "/auth/logout", undefined, answer.body.accessToken);
    expect(out.status).toBe(204);
    expect(cookieOf(out)?.value).toBe("");
    expect((await stage.send("GET", "/auth/me", undefined, answer.body.accessToken)).status).toBe(401);
    expect((await stage.server.request("GET", "/auth/me", { headers: cookie })).status).toBe(401);
    expect((await stage.send("POST", "/auth/refresh", { refreshToken: answer.body.refreshToken })).body.code).toBe("auth.refresh_invalid");
    expect((await stage.send("POST", "/auth/logout", undefined, answer.body.accessToken)).status).toBe(401);
  });

  it("end after the idle time without requests, but not with remember me", async () => {
    const { email } = await stage.person();
    const short = (await stage.signIn(email)).body.accessToken;
    const long = await stage.send("POST", "/auth/login", { email, password: PASSWORD, remember: true });
    stage.advance(1_801);
    expect((await stage.send("GET", "/auth/me", undefined, short)).status).toBe(401);
    expect((await stage.send("GET", "/auth/me", undefined, long.body.accessToken)).status).toBe(200);
  });

  it("end after their lifetime in any case, and access tokens before that", async () => {
    const { email } = await stage.person();
    let { body } = await stage.signIn(email);
    let status = 0;
    for (let hour = 0; hour < 12; hour += 1) {
      stage.advance(1_500);
      expect((await stage.send("GET", "/auth/me", undefined, body.accessToken)).status).toBe(200);
      await stage.sql("update sessions set last_seen_at = $1", [stage.now()]);
      stage.advance(1_500);
      const refreshed = await stage.send("POST", "/auth/refresh", { refreshToken: body.refreshToken });
      status = refreshed.status;
      if (status === 200) body = refreshed.body;
    }
    expect(status).toBe(200);
    stage.advance(43_200 - 12 * 3_000 + 1);
    expect((await stage.send("POST", "/auth/refresh", { refreshToken: body.refreshToken })).body.code).toBe("auth.refresh_invalid");
  });

  it("are listed with the current one marked, and end one by one or all others at once", async () => {
    const { email } = await stage.person();
    const tokens = [(await stage.signIn(email)).body.accessToken, (await stage.signIn(email)).body.accessToken, (await stage.signIn(email)).body.accessToken];
    const list = await stage.send("GET", "/auth/sessions", undefined, tokens[0]);
    expect(list.body.items).toHaveLength(3);
    expect(list.body.items.filter((item: { current: boolean }) => item.current)).toHaveLength(1);
    const page = await stage.send("GET", "/auth/sessions?limit=2", undefined, tokens[0]);
    const rest = await stage.send("GET", `/auth/sessions?limit=2&cursor=${page.body.next}`, undefined, tokens[0]);
    expect([...page.body.items, ...rest.body.items].map((item: { id: string }) => item.id)).toEqual(list.body.items.map((item: { id: string }) => item.id));

    const own = await stage.send("GET", "/auth/sessions", undefined, tokens[1]);
    const second = own.body.items.find((item: { current: boolean }) => item.current).id;
    const stranger = (await stage.signIn((await stage.person()).email)).body.accessToken;
    expect((await stage.send("DELETE", `/auth/sessions/${second}`, undefined, stranger)).status).toBe(404);
    expect((await stage.send("DELETE", "/auth/sessions/nonsense", undefined, tokens[0])).status).toBe(400);
    expect((await stage.send("DELETE", `/auth/sessions/${second}`, undefined, tokens[0])).status).toBe(204);
    expect((await stage.send("GET", "/auth/me", undefined, tokens[1])).status).toBe(401);
    expect((await stage.send("DELETE", "/auth/sessions", undefined, tokens[0])).body).toEqual({ ended: 1 });
    expect((await stage.send("GET", "/auth/me", undefined, tokens[2])).status).toBe(401);
    expect((await stage.send("GET", "/auth/me", undefined, tokens[0])).status).toBe(200);
  });

  it("refuse made-up, truncated and foreign tokens", async () => {
    const { email } = await stage.person();
    const { body } = await stage.signIn(email);
    const forged = [
      `gra_${"A".repeat(43)}`,
      body.accessToken.slice(0, -1),
      `grs_${body.accessToken.slice(4)}`,
      body.refreshToken,
      "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
    ];
    for (const token of forged) expect((await stage.send("GET", "/auth/me", undefined, token)).status).toBe(401);
  });

  it("forget nothing useful to a thief of the database", async () => {
    const { email } = await stage.person();
    const { body } = await stage.signIn(email);
    const [row] = await stage.sql("select string_agg(encode(hash, 'escape'), ' ') as hashes from session_tokens");
    expect(row?.["hashes"]).not.toContain(body.accessToken);
  });
});

describe("refresh", () => {
  it("exchanges a refresh token once, and ends the session when it is seen again", async () => {
    const { id, email } = await stage.person();
    const first = (await stage.signIn(email)).body;
    const second = await stage.send("POST", "/auth/refresh", { refreshToken: first.refreshToken });
    expect(second.status).toBe(200);
    expect(second.body.refreshToken).not.toBe(first.refreshToken);
    expect((await stage.send("GET", "/auth/me", undefined, second.body.accessToken)).status).toBe(200);

    const again = await stage.send("POST", "/auth/refresh", { refreshToken: first.refreshToken });
    expect([again.status, again.body.code]).toEqual([401, "auth.refresh_reused"]);
    expect((await stage.send("GET", "/auth/me", undefined, second.body.accessToken)).status).toBe(401);
    expect((await stage.send("POST", "/auth/refresh", { refreshToken: second.body.refreshToken })).body.code).toBe("auth.refresh_invalid");
    expect((await stage.events(id)).map((event) => event.type)).toEqual(["session.started", "session.token_reused"]);
  });

  it("lets one of two exchanges at the same moment win and ends the session", async () => {
    const { email } = await stage.person();
    const { refreshToken } = (await stage.signIn(email)).body;
    const answers = await Promise.all([stage.send("POST", "/auth/refresh", { refreshToken }), stage.send("POST", "/auth/refresh", { refreshToken })]);
    expect(statuses(answers)).toEqual([200, 401]);
    const winner = answers.find((answer) => answer.status === 200);
    expect((await stage.send("GET", "/auth/me", undefined, winner?.body.accessToken)).status).toBe(401);
  });

  it("renews a browser's session by its cookie, which changes; the old one answers half a minute longer", async () => {
    const { email } = await stage.person();
    const old = cookieOf(await stage.signIn(email))?.value ?? "";
    const withCookie = (value: string) => ({ cookie: `granary_session=${value}`, origin: "http://granary.test" });
    const refreshed = await stage.server.request("POST", "/auth/refresh", { headers: withCookie(old) });
    expect(refreshed.status).toBe(200);
    const renewed = cookieOf(refreshed)?.value ?? "";
    expect(renewed).not.toBe(old);
    expect((await stage.server.request("GET", "/auth/me", { headers: withCookie(old) })).status).toBe(200);
    stage.advance(31);
    expect((await stage.server.request("GET", "/auth/me", { headers: withCookie(old) })).status).toBe(401);
    expect((await stage.server.request("GET", "/auth/me", { headers: withCookie(renewed) })).status).toBe(200);
  });

  it("needs a token or a session, and our own pages for a cookie", async () => {
    expect((await stage.send("POST", "/auth/refresh")).body.code).toBe("auth.required");
    expect((await stage.send("POST", "/auth/refresh", { refreshToken: "grr_made-up" })).body.code).toBe("auth.refresh_invalid");
    const cookie = `granary_session=${cookieOf(await stage.signIn((await stage.person()).email))?.value}`;
    const foreign = await stage.server.request("POST", "/auth/refresh", { headers: { cookie, origin: "http://evil.test" } });
    expect([foreign.status, foreign.body.code]).toEqual([403, "auth.origin_refused"]);
  });
});
