import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let admin: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  admin = await server.user({ roles: ["admin"], name: "Ines Inviter" });
});
afterAll(() => server[Symbol.asyncDispose]());

const tokenOf = (link: string): string => new URL(link).searchParams.get("token") ?? "";

async function inviteOne(email: string, roles = ["contributor"]) {
  const { status, body } = await server.request("POST", "/invitations", { as: server.admin, body: { emails: [email], roles } });
  expect(status).toBe(201);
  return body.results[0] as { invitation: { id: string }; link: string };
}

test("invites many at once and names those who are in already", async () => {
  const emails = ["one@example.com", "TWO@example.com", admin.email, "one@example.com"];
  const { status, body } = await server.request("POST", "/invitations", { as: admin, body: { emails, roles: ["viewer"] } });
  expect(status).toBe(201);
  expect(body.results.map((result: { email: string; result: string }) => [result.email, result.result])).toEqual([
    ["one@example.com", "invited"],
    ["two@example.com", "invited"],
    [admin.email, "already_member"],
  ]);
  expect(body.results.every((result: { link: string | null }) => result.link === null)).toBe(true);
  const again = await server.request("POST", "/invitations", { as: admin, body: { emails: ["one@example.com"] } });
  expect(again.body.results[0]).toMatchObject({ result: "already_invited", invitation: { status: "waiting" } });
  const mail = await server.services.database
    .reader("system")
    .selectFrom("mails")
    .selectAll()
    .where("to_address", "=", "two@example.com")
    .executeTakeFirstOrThrow();
  expect(mail).toMatchObject({ kind: "invitation", workspace_id: server.workspace.id });
  expect(mail.subject).toContain("Ines Inviter");
  expect(mail.body_text).toMatch(/http:\/\/granary\.test\/invitation\?token=gro_/);
});

test("lets the invited person register and join with the roles of the invitation", async () => {
  const { link, invitation } = await inviteOne("joins@example.com");
  const token = tokenOf(link);
  expect((await server.request("GET", `/auth/invitations/${token}`)).body).toMatchObject({ email: "joins@example.com" });
  const registered = await server.request("POST", "/auth/register", {
    body: { email: "joins@example.com", name: "Joy Ner", password: "correct horse battery staple 9", invitation: token },
  });
  expect(registered.status).toBe(201);
  const joined = await server.request("GET", "/users/joins@example.com", { as: admin });
  expect(joined.body).toMatchObject({ roles: ["contributor"], home: true });
  const listed = await server.request("GET", "/invitations?status=accepted", { as: admin });
  expect(listed.body.items).toMatchObject([{ id: invitation.id, status: "accepted", can: { resend: false, revoke: false } }]);
  expect((await server.request("DELETE", `/invitations/${invitation.id}`, { as: admin })).body.code).toBe("invitation.closed");
});

test("makes the old link useless when an invitation is sent again", async () => {
  const { link, invitation } = await inviteOne("again@example.com");
  const resent = await server.request("POST", `/invitations/${invitation.id}/resend`, { as: server.admin });
  expect(resent).toMatchObject({ status: 200, body: { invitation: { status: "waiting" } } });
  expect((await server.request("GET", `/auth/invitations/${tokenOf(link)}`)).status).toBeGreaterThanOrEqual(400);
  expect((await server.request("GET", `/auth/invitations/${tokenOf(resent.body.link)}`)).status).toBe(200);
});

test("makes the link useless when an invitation is taken back", async () => {
  const { link, invitation } = await inviteOne("back@example.com");
  expect((await server.request("DELETE", `/invitations/${invitation.id}`, { as: admin })).status).toBe(204);
  expect((await server.request("GET", `/auth/invitations/${tokenOf(link)}`)).status).toBeGreaterThanOrEqual(400);
  expect((await server.request("POST", `/invitations/${invitation.id}/resend`, { as: admin })).body).toMatchObject({ code: "invitation.closed" });
  expect((await server.request("GET", "/invitations?status=revoked", { as: admin })).body.items).toMatchObject([{ id: invitation.id }]);
  const events = await server.services.database.reader("system").selectFrom("events").select("type").where("subject_id", "=", invitation.id).execute();
  expect(events.map((event) => event.type).toSorted()).toEqual(["invitation.revoked", "invitation.sent"]);
});

test("shows an invitation that ran out as expired and lets it be sent again", async () => {
  const { invitation } = await inviteOne("late@example.com");
  await server.services.database.tx("system", (tx) =>
    tx
      .updateTable("invitations")
      .set({ expires_at: new Date(0) })
      .where("id", "=", invitation.id)
      .execute(),
  );
  expect((await server.request("GET", "/invitations?status=expired", { as: admin })).body.items).toMatchObject([{ id: invitation.id, can: { resend: true } }]);
  expect((await server.request("POST", `/invitations/${invitation.id}/resend`, { as: admin })).body.invitation.status).toBe("waiting");
});

test("answers no link to a repeated request", async () => {
  const request = { as: server.admin, body: { emails: ["repeat@example.com"] }, headers: { "idempotency-key": "invite-repeat-1" } };
  expect((await server.request("POST", "/invitations", request)).body.results[0].link).toMatch(/^http/);
  const again = await server.request("POST", "/invitations", request);
  expect(again.body.results[0]).toMatchObject({ result: "invited", link: null });
});

test("pages through invitations, newest first, and hides other workspaces' ones", async () => {
  const workspace = await server.newWorkspace();
  const owner = await server.user({ workspace, roles: ["admin"] });
  await server.request("POST", "/invitations", { as: owner, body: { emails: ["a@example.com", "b@example.com", "c@example.com"] } });
  const first = await server.request("GET", "/invitations?limit=2", { as: owner });
  const second = await server.request("GET", `/invitations?limit=2&cursor=${first.body.next}`, { as: owner });
  expect(second.body.next).toBeNull();
  const all = [...first.body.items, ...second.body.items].map((item: { email: string }) => item.email);
  expect(all.toSorted()).toEqual(["a@example.com", "b@example.com", "c@example.com"]);
  const id = first.body.items[0].id;
  expect((await server.request("DELETE", `/invitations/${id}`, { as: admin })).body.code).toBe("invitation.not_found");
  expect((await server.request("POST", `/invitations/${id}/resend`, { as: admin })).body.code).toBe("invitation.not_found");
});

test("asks for the permission, for good addresses and for roles one may give", async () => {
  const viewer = await server.user({ roles: ["viewer"] });
  expect((await server.request("GET", "/invitations")).status).toBe(401);
  expect((await server.request("POST", "/invitations", { as: viewer, body: { emails: ["x@example.com"] } })).body.code).toBe("access.denied");
  const wrong = await server.request("POST", "/invitations", { as: admin, body: { emails: ["x@example.com", "nobody"], roles: ["The king"] } });
  expect(wrong.body.errors.map((issue: { path: string }) => issue.path)).toEqual(["body.emails.1", "body.roles.0"]);
  const key = await server.request("POST", "/api-keys", { as: admin, body: { name: "Invites", scopes: ["user:create"], expiresAt: null } });
  const refused = await server.request("POST", "/invitations", { as: key.body.secret, body: { emails: ["x@example.com"], roles: ["admin"] } });
  expect(refused.body.code).toBe("role.not_yours_to_give");
});
