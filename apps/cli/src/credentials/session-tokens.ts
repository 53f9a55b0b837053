import { type ApiError, createClient, isApiError } from "@granary/client";
import type { SignedIn } from "@granary/protocol";
import { CliError } from "../exit-codes.ts";
import type { CredentialsFile, Profile, SessionProfile } from "./credentials-file.ts";

/** A token this close to its end is renewed before it is used. */
const RENEW_BEFORE_MS = 30_000;
const ENDED = "Your sign-in has ended. Sign in again with: granary login";

/** The token of a signed-in profile, renewed when it runs out. */
export interface SessionTokens {
  current(): string;
  /** Obtains another token when the current one was refused. False: the refusal has another reason. */
  renewAfter(error: ApiError): Promise<boolean>;
}

/** What to store of a sign-in. */
export function sessionProfile(server: string, workspace: string | undefined, signedIn: SignedIn): SessionProfile {
  const { accessToken, refreshToken, expiresIn } = signedIn;
  const accessExpiresAt = new Date(Date.now() + expiresIn * 1_000).toISOString();
  return { kind: "session", server, workspace, accessToken, accessExpiresAt, refreshToken };
}

/** An interrupt between the server's answer and the file would lose the new token, so it waits until both are done. */
async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  let interrupted = false;
  const note = (): void => {
    interrupted = true;
  };
  process.on("SIGINT", note);
  try {
    return await work();
  } finally {
    process.off("SIGINT", note);
    if (interrupted) process.kill(process.pid, "SIGINT");
  }
}

async function exchange(stored: SessionProfile): Promise<Profile> {
  const client = createClient({ baseUrl: stored.server });
  try {
    const signedIn = await client.call("auth.refresh", { body: { refreshToken: stored.refreshToken } });
    return sessionProfile(stored.server, stored.workspace, signedIn);
  } catch (error) {
    // A used or unknown refresh token will never work again, and sending it again looks like theft to the server.
    if (isApiError(error) && error.status === 401) return { kind: "signed_out", server: stored.server, workspace: stored.workspace };
    throw error;
  }
}

/** The tokens of a profile. A refresh token works once: the lock of the file makes sure that one command exchanges it and the others read the result. */
export async function sessionTokens(file: CredentialsFile, name: string, profile: SessionProfile): Promise<SessionTokens> {
  let token = profile.accessToken;
  async function renew(): Promise<void> {
    const refused = token;
    const after = await uninterrupted(() =>
      file.update(name, (stored) => {
        if (stored?.kind !== "session" || stored.server !== profile.server || stored.accessToken !== refused) return stored;
        return exchange(stored);
      }),
    );
    if (after?.kind !== "session" || after.server !== profile.server) throw new CliError("notSignedIn", ENDED);
    token = after.accessToken;
  }
  if (Date.parse(profile.accessExpiresAt) - Date.now() < RENEW_BEFORE_MS) await renew();
  return {
    current: () => token,
    async renewAfter(error) {
      if (error.code !== "auth.required") return false;
      await renew();
      return true;
    },
  };
}
