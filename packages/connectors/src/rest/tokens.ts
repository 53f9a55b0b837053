import { problem } from "@granary/protocol";
import type { ConnectorContext } from "../connector.ts";
import type { Auth, RestConfig } from "./config.ts";

type OAuth = Extract<Auth, { kind: "oauth_client" | "oauth_refresh" }>;

interface Answer {
  readonly access_token?: unknown;
  readonly refresh_token?: unknown;
}

const MAX_ANSWER_CHARS = 100_000;

function form(auth: OAuth): URLSearchParams {
  const fields = new URLSearchParams({ grant_type: auth.kind === "oauth_client" ? "client_credentials" : "refresh_token", client_id: auth.clientId });
  if (auth.clientSecret !== undefined) fields.set("client_secret", auth.clientSecret);
  if (auth.scope !== undefined) fields.set("scope", auth.scope);
  if (auth.kind === "oauth_refresh") fields.set("refresh_token", auth.refreshToken);
  return fields;
}

async function ask(context: ConnectorContext, auth: OAuth): Promise<Answer> {
  const { host } = new URL(auth.tokenUrl);
  const answer = await context.network.fetch(auth.tokenUrl, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: form(auth).toString(),
    signal: context.signal,
  });
  const text = await answer.text();
  if (answer.status >= 500) throw problem("connection.lost", { host, reason: `it answered ${answer.status} when asked for a token` });
  if (!answer.ok)
    throw problem("connection.refused", {
      reason: `${host} gives no token (${answer.status}): the client or its secret is not accepted`,
      stage: "credentials",
    });
  try {
    if (text.length > MAX_ANSWER_CHARS) throw new Error("too long");
    return JSON.parse(text) as Answer;
  } catch (error) {
    throw problem("connection.refused", { reason: `${host} answered no JSON when asked for a token`, stage: "credentials" }, { cause: error });
  }
}

/** The access token of a call, asked for when it is first needed; a refresh token given anew is kept before it is used. */
export class Tokens {
  readonly #context: ConnectorContext;
  #auth: OAuth;
  #token: Promise<string> | undefined;

  constructor(context: ConnectorContext, auth: OAuth) {
    this.#context = context;
    this.#auth = auth;
  }

  current(): Promise<string> {
    this.#token ??= this.#renew();
    return this.#token;
  }

  /** The token was refused: the next one is another. */
  forget(): void {
    this.#token = undefined;
  }

  async #renew(): Promise<string> {
    const answer = await ask(this.#context, this.#auth);
    if (typeof answer.access_token !== "string")
      throw problem("connection.refused", { reason: `${new URL(this.#auth.tokenUrl).host} gave no token`, stage: "credentials" });
    if (this.#auth.kind === "oauth_refresh" && typeof answer.refresh_token === "string" && answer.refresh_token !== this.#auth.refreshToken) {
      this.#auth = { ...this.#auth, refreshToken: answer.refresh_token };
      const config = this.#context.config as unknown as RestConfig;
      await this.#context.saveConfig({ ...this.#context.config, auth: { ...config.auth, refreshToken: answer.refresh_token } });
    }
    return answer.access_token;
  }
}
