import { createHash } from "node:crypto";
import { isAppError } from "@granary/kernel";
import { type CheckStep, problem } from "@granary/protocol";
import SftpClient from "ssh2-sftp-client";
import type { ConnectorContext } from "../connector.ts";
import { unlessStopped } from "./unless-stopped.ts";

export interface SftpConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly auth:
    | { readonly kind: "password"; readonly password?: string }
    | { readonly kind: "key"; readonly privateKey: string; readonly passphrase?: string };
  readonly folder: string;
  readonly hostKey?: string;
}

const ignore = (): void => undefined;

const READY_MS = 15_000;

export const configOf = (context: ConnectorContext): SftpConfig => context.config as unknown as SftpConfig;

/** The fingerprint as OpenSSH prints it. */
const fingerprint = (key: Buffer): string => `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;

/** A session, and what the server showed to prove itself. */
export interface SftpSession extends AsyncDisposable {
  readonly client: SftpClient;
  readonly hostKey: string;
}

function reading(error: unknown): { readonly step: CheckStep["name"]; readonly reason: string } | undefined {
  const { message, level } = error as Error & { readonly level?: string };
  if (level === "client-authentication" || /authentication methods failed/i.test(message))
    return { step: "credentials", reason: "the user name, the password or the key is not accepted" };
  if (/parse privateKey|passphrase/i.test(message)) return { step: "credentials", reason: "the private key cannot be read; its passphrase may be wrong" };
  if (/host denied|verification failed/i.test(message)) return { step: "encryption", reason: "the server shows another key than the one that was agreed on" };
  return undefined;
}

/** What a server or the way to it said, as a problem. */
export function sftpFault(error: unknown, host: string, path: string): Error {
  if (isAppError(error)) return error;
  const { message, code } = error as Error & { readonly code?: string | number };
  const known = reading(error);
  if (known !== undefined) return problem("connection.refused", { reason: known.reason, stage: known.step }, { cause: error });
  if (code === "ENOENT" || code === 2 || /no such file/i.test(message)) return problem("connection.stream_not_found", { stream: path }, { cause: error });
  if (code === "EACCES" || code === 3 || /permission denied/i.test(message))
    return problem("connection.refused", { reason: `the user may not do that with ${path}`, stage: "permission" }, { cause: error });
  return problem("connection.lost", { host, reason: "the way to it broke, or it ended the session", stage: "network" }, { cause: error });
}

/** Signs in. Throws `connection.host_refused`, `connection.unreachable`, `connection.refused` with the `stage` that failed. */
export async function openSession(context: ConnectorContext): Promise<SftpSession> {
  const { host, port, user, auth, hostKey } = configOf(context);
  const { signal } = context;
  const socket = await context.network.connect(host, port, signal);
  // Whoever waits for an answer is told; its own listeners would print what happens.
  const client = new SftpClient("granary", { error: ignore, end: ignore, close: ignore });
  const stop = () => socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  let shown = "";
  try {
    const connecting = client.connect({
      sock: socket,
      username: user,
      readyTimeout: READY_MS,
      ...(auth.kind === "password"
        ? { password: auth.password ?? "" }
        : { privateKey: auth.privateKey, ...(auth.passphrase === undefined ? {} : { passphrase: auth.passphrase }) }),
      hostVerifier: (key: Buffer) => {
        shown = fingerprint(key);
        return hostKey === undefined || hostKey === "" || hostKey.trim() === shown;
      },
    });
    await unlessStopped(signal, connecting);
  } catch (error) {
    signal.removeEventListener("abort", stop);
    socket.destroy();
    signal.throwIfAborted();
    throw sftpFault(error, host, "");
  }
  return {
    client,
    hostKey: shown,
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener("abort", stop);
      if (!socket.destroyed) await Promise.race([client.end().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
      socket.destroy();
    },
  };
}
