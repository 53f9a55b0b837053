import { createHmac } from "node:crypto";
import { createCtx, systemPrincipal } from "@granary/core/context";
import { createAccount, hashPassword } from "@granary/core/identity";
import { newId } from "@granary/kernel";
import { startTestServer, type TestResponse, type TestServer } from "@granary/testkit";

export const PASSWORD = "lantern-quiver-moss-56";
export const OTHER_PASSWORD = "copper-anvil-tundra-81";

export interface Stage extends AsyncDisposable {
  readonly server: TestServer;
  /** Moves the server's clock forward. */
  advance(seconds: number): void;
  now(): Date;
  /** Sends JSON and returns the answer; `token` is a bearer token. */
  send(method: string, path: string, body?: unknown, token?: string): Promise<TestResponse>;
  /** A verified person who can sign in with {@link PASSWORD}. */
  person(options?: {
    readonly email?: string;
    readonly roles?: readonly string[];
    readonly verified?: boolean;
    readonly mustChange?: boolean;
  }): Promise<{ id: string; email: string }>;
  signIn(email: string, password?: string): Promise<TestResponse>;
  /** Mails to an address, newest first. */
  mailsTo(email: string): Promise<{ kind: string; body_text: string; body_html: string }[]>;
  /** The token of the link in the newest mail to an address. */
  linkToken(email: string): Promise<string>;
  /** Types of events about a subject or by an actor, oldest first. */
  events(label: string): Promise<{ type: string; result: string; data: Record<string, unknown>; workspace_id: string | null }[]>;
  /** Runs raw SQL as the platform's own role. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

let sequence = 0;

export async function openStage(env: Readonly<Record<string, string>> = {}, logLines?: string[]): Promise<Stage> {
  const server = await startTestServer({ env, ...(logLines === undefined ? {} : { logLines }) });
  let offsetMs = 0;
  const now = () => new Date(Date.now() + offsetMs);
  Object.assign(server.services, { clock: { now } });
  const systemCtx = () => createCtx({ services: server.services, principal: systemPrincipal(), request: { id: newId("request"), ip: null, userAgent: null } });
  const send: Stage["send"] = (method, path, body, token) =>
    server.request(method, path, { ...(body === undefined ? {} : { body }), ...(token === undefined ? {} : { as: token }) });
  const mailsTo: Stage["mailsTo"] = (email) =>
    server.services.database
      .reader("system")
      .selectFrom("mails")
      .select(["kind", "body_text", "body_html"])
      .where("to_address", "=", email)
      .orderBy("id", "desc")
      .execute();
  return {
    server,
    now,
    send,
    mailsTo,
    advance: (seconds) => {
      offsetMs += seconds * 1_000;
      // Callers are remembered by the machine's own clock, which stays where it is.
      server.services.principals.clear();
    },
    async person(options = {}) {
      sequence += 1;
      const email = options.email ?? `sam-${sequence}@example.com`;
      const passwordHash = await hashPassword(PASSWORD);
      return systemCtx().system.tx(async (ctx) => {
        const row = await createAccount(ctx, {
          email,
          name: `Sam ${sequence}`,
          passwordHash,
          emailVerified: options.verified ?? true,
          mustChangePassword: options.mustChange ?? false,
          home: { workspaceId: server.workspace.id, roles: options.roles ?? ["viewer"] },
        });
        return { id: row.id, email };
      });
    },
    signIn: (email, password = PASSWORD) => send("POST", "/auth/login", { email, password }),
    async linkToken(email) {
      const [mail] = await mailsTo(email);
      const token = /[?]token=([\w-]+)/.exec(mail?.body_text ?? "")?.[1];
      if (token === undefined) throw new Error(`No link was mailed to ${email}.`);
      return token;
    },
    async events(label) {
      const rows = await server.services.database
        .reader("system")
        .selectFrom("events")
        .select(["type", "result", "data", "workspace_id"])
        .where((eb) => eb.or([eb("subject_label", "=", label), eb("actor_id", "=", label), eb("subject_id", "=", label)]))
        .orderBy("at")
        .orderBy("id")
        .execute();
      return rows.map((row) => ({ ...row, data: row.data as Record<string, unknown> }));
    },
    async sql(text, values = []) {
      const { CompiledQuery } = await import("kysely");
      const result = await server.services.database.tx("system", (tx) => tx.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, [...values])));
      return result.rows;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The statuses of answers, in order of size: which of several requests at the same moment won is left open. */
export function statuses(answers: readonly TestResponse[]): number[] {
  return answers.map((answer) => answer.status).toSorted((a, b) => a - b);
}

/** The session cookie an answer sets, with its attributes. */
export function cookieOf(response: TestResponse): { readonly value: string; readonly attributes: string } | undefined {
  const lines = [response.headers["set-cookie"] ?? []].flat();
  const line = lines.find((text) => text.startsWith("granary_session="));
  if (line === undefined) return undefined;
  const [pair = "", ...attributes] = line.split("; ");
  return { value: pair.slice("granary_session=".length), attributes: attributes.join("; ") };
}

/** What an authenticator shows for a secret: RFC 6238, written here again so that the test does not trust the code it tests. */
export function authenticatorCode(secret: string, at: Date): string {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
