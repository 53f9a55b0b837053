import { createCtx, systemPrincipal } from "@granary/core/context";
import { mailJobs, queueMail } from "@granary/core/mail";
import { newId } from "@granary/kernel";
import { type MailSink, openMailSink } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "./stage.ts";

const systemCtx = (stage: Stage) =>
  createCtx({ services: stage.server.services, principal: systemPrincipal(), request: { id: newId("request"), ip: null, userAgent: null } });

async function queue(stage: Stage, to: string): Promise<string> {
  const inviterName = "Åsa\r\nBcc: x@evil.test";
  const params = { name: null, workspaceName: "Barn", inviterName, link: "http://granary.test/invitation?token=gro_x", days: 7 };
  return systemCtx(stage).system.tx((ctx) => queueMail(ctx, { to, kind: "invitation", params }));
}

const run = (stage: Stage, mailId: string, attempt = 1) => mailJobs["mail.send"](systemCtx(stage), { mailId }, { attempt } as never);
const stored = async (stage: Stage, id: string) => (await stage.sql("select status, attempts, last_error, body_text from mails where id = $1", [id]))[0];

describe("sending mail", () => {
  let sink: MailSink;
  let stage: Stage;
  beforeAll(async () => {
    sink = await openMailSink();
    stage = await openStage({ GRANARY_SMTP_URL: sink.url, GRANARY_MAIL_FROM: "Granary <barn@example.com>" });
  });
  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
  });

  it("goes through a real mail server once, as text and HTML, and forgets the text", async () => {
    const id = await queue(stage, "asa@example.com");
    expect(await run(stage, id)).toEqual({ delivery: "sent" });
    expect(await run(stage, id)).toEqual({ delivery: "done_before" });
    expect(sink.received).toHaveLength(1);
    const [mail] = sink.received;
    expect(mail?.to).toEqual(["asa@example.com"]);
    expect(mail?.raw).toContain("From: Granary <barn@example.com>");
    expect(mail?.raw).toContain("Auto-Submitted: auto-generated");
    expect(mail?.raw).toContain(`Message-ID: <${id}@granary.test>`);
    expect(mail?.raw).toContain("text/plain");
    expect(mail?.raw).toContain("text/html");
    expect(mail?.raw.split("\r\n\r\n")[0]).not.toMatch(/^Bcc:/m);
    expect(await stored(stage, id)).toMatchObject({ status: "sent", attempts: 1, body_text: "" });
    const shown = await stage.send("GET", `/admin/outbox/${id}`, undefined, stage.server.admin.token);
    expect(shown.body).toMatchObject({ status: "sent", text: null, html: null });
  });

  it("waits for another attempt when the server says later, and ends when it says never", async () => {
    sink.refuseWith = 451;
    const later = await queue(stage, "later@example.com");
    await expect(run(stage, later)).rejects.toMatchObject({ code: "mail.unreachable" });
    expect(await stored(stage, later)).toMatchObject({ status: "waiting", attempts: 1 });
    sink.refuseWith = undefined;
    await run(stage, later, 2);
    expect(await stored(stage, later)).toMatchObject({ status: "sent", attempts: 2, last_error: null });

    sink.refuseWith = 550;
    const never = await queue(stage, "never@example.com");
    await expect(run(stage, never)).rejects.toMatchObject({ code: "mail.refused" });
    expect(await stored(stage, never)).toMatchObject({ status: "failed", last_error: "The mail server refused the mail: it answered 550." });
    expect((await stage.events(never)).map((event) => [event.type, event.result])).toEqual([["mail.failed", "failure"]]);
    sink.refuseWith = undefined;
  });

  it("survives a mail server that is down: nothing is lost, and the last attempt ends it", async () => {
    await using down = await openMailSink();
    const { url } = down;
    await down[Symbol.asyncDispose]();
    const services = stage.server.services;
    const ctx = createCtx({
      services: { ...services, config: { ...services.config, mail: { ...services.config.mail, smtpUrl: url } } },
      principal: systemPrincipal(),
      request: { id: newId("request"), ip: null, userAgent: null },
    });
    const id = await queue(stage, "patient@example.com");
    await expect(mailJobs["mail.send"](ctx, { mailId: id }, { attempt: 1 } as never)).rejects.toMatchObject({ code: "mail.unreachable" });
    expect(await stored(stage, id)).toMatchObject({ status: "waiting" });
    await expect(mailJobs["mail.send"](ctx, { mailId: id }, { attempt: 5 } as never)).rejects.toMatchObject({ code: "mail.unreachable" });
    expect(await stored(stage, id)).toMatchObject({ status: "failed", attempts: 2 });
  });

  it("is undone with the change it belongs to", async () => {
    const failing = systemCtx(stage).system.tx(async (ctx) => {
      await queueMail(ctx, { to: "undone@example.com", kind: "mail_test", params: { askedBy: "Ada" } });
      throw new Error("undone");
    });
    await expect(failing).rejects.toThrow("undone");
    expect(await stage.mailsTo("undone@example.com")).toEqual([]);
  });
});

describe("the local outbox", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  it("keeps mails readable with links that work, newest first, page by page", async () => {
    const { email } = await stage.person({ verified: false });
    await stage.send("POST", "/auth/verify-email/resend", { email });
    await stage.send("POST", "/auth/reset-password", { email });
    const [waiting] = await stage.sql("select id from mails where kind = 'verify_email'");
    const id = String(waiting?.["id"]);
    expect(await run(stage, id)).toEqual({ delivery: "kept" });
    const admin = stage.server.admin.token;
    const list = await stage.send("GET", "/admin/outbox?limit=1", undefined, admin);
    expect(list.body.items).toMatchObject([{ kind: "reset_password", status: "waiting" }]);
    const next = await stage.send("GET", `/admin/outbox?limit=1&cursor=${list.body.next}`, undefined, admin);
    expect(next.body).toMatchObject({ items: [{ id, status: "kept" }], next: null });
    expect((await stage.send("GET", "/admin/outbox?status=kept", undefined, admin)).body.items).toHaveLength(1);
    const mail = await stage.send("GET", `/admin/outbox/${id}`, undefined, admin);
    const token = /token=([\w-]+)/.exec(mail.body.text)?.[1];
    expect(mail.body.html).toContain(`token=${token}`);
    expect((await stage.send("POST", "/auth/verify-email", { token })).body.status).toBe("verified");
  });

  it("is for who administers the installation alone", async () => {
    const { email } = await stage.person({ roles: ["admin"] });
    const token = (await stage.signIn(email)).body.accessToken;
    expect((await stage.send("GET", "/admin/outbox")).status).toBe(401);
    const denied = await stage.send("GET", "/admin/outbox", undefined, token);
    expect([denied.status, denied.body.code]).toEqual([403, "access.denied"]);
    expect(denied.body.detail).toContain("instance:outbox");
    expect((await stage.send("GET", `/admin/outbox/${newId("mail")}`, undefined, stage.server.admin.token)).status).toBe(404);
    expect((await stage.send("GET", "/admin/outbox?cursor=nonsense", undefined, stage.server.admin.token)).status).toBe(400);
  });
});
