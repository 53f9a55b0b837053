import { setTimeout as sleep } from "node:timers/promises";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { ConnectorContext } from "../connector.ts";
import type { Auth, RestConfig } from "./config.ts";
import { waitOf } from "./patience.ts";
import { Tokens } from "./tokens.ts";

export interface RestRequest {
  readonly url: URL;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Told before a wait that the server asked for. */
  readonly onWait?: (untilMs: number) => void;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_TRIES = 4;
const FIRST_PAUSE_MS = 500;
/** A longer wait is the run's to make. */
const MAX_WAIT_MS = 15 * 60_000;

const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** An answer with its whole body. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Asks an API within one call: signs requests, keeps the pace, waits when it is told to, and tries again what may pass. */
export class RestSession {
  readonly #context: ConnectorContext;
  readonly #config: RestConfig;
  readonly #tokens: Tokens | undefined;
  #nextAt = 0;

  constructor(context: ConnectorContext, config: RestConfig) {
    this.#context = context;
    this.#config = config;
    const { auth } = config;
    this.#tokens = auth.kind === "oauth_client" || auth.kind === "oauth_refresh" ? new Tokens(context, auth) : undefined;
  }

  /** Throws `connection.refused` for what is not accepted, `connection.rate_limited` for waits too long, `connection.lost` for what kept failing. */
  async send(request: RestRequest): Promise<RestAnswer> {
    let hasNewToken = false;
    for (let tries = 1; ; tries += 1) {
      await this.#pace();
      const answer = await this.#try(request, tries);
      if (answer === undefined) continue;
      if (answer.status === 401 && this.#tokens !== undefined && !hasNewToken) {
        this.#tokens.forget();
        hasNewToken = true;
        continue;
      }
      if (await this.#waited(request, answer, tries)) continue;
      return answer;
    }
  }

  /** Undefined when it failed in a way that may pass, and a pause was made. */
  async #try(request: RestRequest, tries: number): Promise<RestAnswer | undefined> {
    try {
      return await this.#once(request);
    } catch (error) {
      const mayPass = isAppError(error, "connection.unreachable") && error.params.stage === "network";
      if (!mayPass || tries >= MAX_TRIES) throw error;
      await this.#pause(tries);
      return undefined;
    }
  }

  async #waited({ url, onWait }: RestRequest, answer: RestAnswer, tries: number): Promise<boolean> {
    const { status, headers } = answer;
    if (status !== 429 && status < 500) return false;
    const waitMs = waitOf(status, headers, Date.now());
    if (waitMs === undefined) {
      if (tries >= MAX_TRIES) throw problem("connection.lost", { host: url.host, reason: `it answered ${status} again and again`, status });
      await this.#pause(tries);
      return true;
    }
    const untilMs = Date.now() + waitMs;
    if (waitMs > MAX_WAIT_MS) throw problem("connection.rate_limited", { host: url.host, until: new Date(untilMs).toISOString(), untilMs });
    onWait?.(untilMs);
    await sleep(waitMs, undefined, { signal: this.#context.signal });
    return true;
  }

  async #pause(tries: number): Promise<void> {
    await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1), undefined, { signal: this.#context.signal });
  }

  async #pace(): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1_000 / this.#config.requestsPerSecond;
    if (at > now) await sleep(at - now, undefined, { signal: this.#context.signal });
  }

  async #once({ url, method = "GET", headers = {}, body }: RestRequest): Promise<RestAnswer> {
    const signed = new URL(url);
    const all: Record<string, string> = { accept: "application/json" };
    for (const { name, value } of this.#config.headers ?? []) all[name.toLowerCase()] = value;
    await this.#sign(this.#config.auth, signed, all);
    const secretHeaders = Object.keys(all).filter((name) => name !== "accept");
    const { network, signal } = this.#context;
    const answer = await network.fetch(signed.href, {
      method,
      headers: { ...all, ...headers },
      signal,
      secretHeaders,
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, headers: answer.headers, text: await readText(answer, url.host) };
  }

  async #sign(auth: Auth, url: URL, headers: Record<string, string>): Promise<void> {
    if (auth.kind === "key" && auth.place === "query") url.searchParams.set(auth.name, auth.value);
    else if (auth.kind === "key") headers[auth.name.toLowerCase()] = auth.value;
    else if (auth.kind === "basic") headers.authorization = basic(auth.user, auth.password ?? "");
    else if (auth.kind === "bearer") headers.authorization = `Bearer ${auth.token}`;
    else if (this.#tokens !== undefined) headers.authorization = `Bearer ${await this.#tokens.current()}`;
  }
}

async function readText(answer: Response, host: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of answer.body ?? []) {
      bytes += part.byteLength;
      if (bytes > MAX_BODY_BYTES)
        throw problem("connection.refused", { reason: `${host} answered more than ${MAX_BODY_BYTES / 1024 / 1024} MB at once; ask for smaller pages` });
      parts.push(part);
    }
  } catch (error) {
    if (isAppError(error) || (error as Error).name === "AbortError") throw error;
    throw problem("connection.unreachable", { host, reason: "it broke its answer off", stage: "network" }, { cause: error });
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Throws for answers that are none: `connection.refused` with the failing `stage`, `connection.stream_not_found`. */
export function requireOk({ status }: RestAnswer, url: URL): void {
  if (status >= 200 && status < 300) return;
  const reason = `${url.host} answered ${status}`;
  if (status === 401) throw problem("connection.refused", { reason: `${reason}: it does not accept who asks`, stage: "credentials", status });
  if (status === 403) throw problem("connection.refused", { reason: `${reason}: whoever asks may not do that`, stage: "permission", status });
  if (status === 404) throw problem("connection.stream_not_found", { stream: url.pathname });
  throw problem("connection.refused", { reason, status });
}
