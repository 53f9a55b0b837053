import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient, isApiError } from "@granary/client";
import type { SessionInfo, SignedIn } from "@granary/protocol";
import type { Command } from "commander";
import { type Profile, sessionProfile } from "../credentials/index.ts";
import { CliError } from "../exit-codes.ts";
import type { Terminal } from "../output/index.ts";
import { findTarget, type Shell, type Target } from "../shell.ts";

/** RFC 8628, 3.5: what to add to the interval each time the server says that it is asked too often. */
const SLOW_DOWN_S = 5;
const MAX_NAME = 100;

async function pollOnce(client: Client, deviceCode: string): Promise<SignedIn | "pending" | "slow_down"> {
  try {
    return await client.call("auth.deviceToken", { body: { deviceCode } });
  } catch (error) {
    if (isApiError(error, "auth.device_pending") || isApiError(error, "network.unreachable") || (isApiError(error) && error.status >= 500)) return "pending";
    if (isApiError(error, "auth.device_slow_down", "request.rate_limited")) return "slow_down";
    if (isApiError(error, "auth.device_denied")) throw new CliError("forbidden", "The sign-in was refused in the browser.", error);
    throw error;
  }
}

/** OAuth 2.0 device authorization: shows a code, and waits until a person approved it in a browser of their choice. */
async function signInByDevice(client: Client, terminal: Terminal): Promise<SignedIn> {
  const clientName = `granary on ${hostname()}`.slice(0, MAX_NAME);
  const device = await client.call("auth.deviceStart", { body: { clientName } });
  terminal.note(`Open this address in a browser where you are signed in:\n\n  ${device.verificationUriComplete}\n\n`);
  terminal.note(`and approve the code  ${terminal.paint("bold", device.userCode, "notes")}\n\nWaiting. Ctrl+C gives up.\n`);
  const deadline = performance.now() + device.expiresIn * 1_000;
  let intervalS = device.interval;
  while (performance.now() < deadline) {
    await sleep(intervalS * 1_000);
    const answer = await pollOnce(client, device.deviceCode);
    if (typeof answer === "object") return answer;
    if (answer === "slow_down") intervalS += SLOW_DOWN_S;
  }
  throw new CliError("notSignedIn", "Nobody approved the code in time. Run granary login again.");
}

async function keyProfile(shell: Shell, target: Target): Promise<Profile> {
  const apiKey = shell.environment.apiKey ?? (await shell.terminal.readSecret("API key: "));
  if (apiKey === "") throw new CliError("usage", "No API key came. Type it, pipe it in, or set GRANARY_API_KEY.");
  return { kind: "key", server: target.server, workspace: target.workspace, apiKey };
}

async function sessionOf(shell: Shell, target: Target): Promise<Profile> {
  const signedIn = await signInByDevice(createClient({ baseUrl: target.server }), shell.terminal);
  return sessionProfile(target.server, target.workspace, signedIn);
}

const secretOf = (profile: Profile): string | undefined =>
  profile.kind === "session" ? profile.accessToken : profile.kind === "key" ? profile.apiKey : undefined;

const RESTRICTIONS = {
  password_change: "Before anything else works, choose a new password with a browser.",
  second_factor_enrolment: "Before anything else works, set up the second factor with a browser.",
} as const satisfies Record<NonNullable<SessionInfo["restriction"]>, string>;

async function login(shell: Shell, command: Command): Promise<void> {
  const target = await findTarget(shell, command);
  const { profileName, output, credentials, server } = target;
  const profile = command.opts<{ key?: boolean }>().key === true ? await keyProfile(shell, target) : await sessionOf(shell, target);
  const client = createClient({ baseUrl: server, workspace: target.workspace, token: secretOf(profile) });
  const info = await client.call("account.sessionInfo");
  await credentials.update(profileName, () => profile);
  const { user, workspace } = info;
  const where = workspace === null ? "" : ` in the workspace ${workspace.name}`;
  output.done({ server, profile: profileName, user, workspace }, `Signed in to ${server} as ${user.name} (${user.email})${where}.`);
  if (info.restriction !== null) shell.terminal.note(`${RESTRICTIONS[info.restriction]}\n`);
}

async function logout(shell: Shell, command: Command): Promise<void> {
  const target = await findTarget(shell, command);
  const { profile, profileName, output, credentials, server } = target;
  if (profile === undefined || profile.kind === "signed_out") {
    output.done({ server, profile: profileName, ended: false }, `You are not signed in to ${server}.`);
    return;
  }
  await credentials.update(profileName, async (stored) => {
    if (stored?.kind === "session") await endSession(stored.server, stored.accessToken);
    return { kind: "signed_out", server: profile.server, workspace: profile.workspace };
  });
  const kept = profile.kind === "key" ? " The API key itself still works; revoke it with: granary keys revoke" : "";
  output.done({ server: profile.server, profile: profileName, ended: true }, `Signed out of ${profile.server}.${kept}`);
}

/** A session that has ended already is as good as one we end. */
async function endSession(server: string, token: string): Promise<void> {
  try {
    await createClient({ baseUrl: server, token }).call("auth.logout");
  } catch (error) {
    if (!isApiError(error) || error.status !== 401) throw error;
  }
}

/** `login` and `logout`. */
export function addLogin(program: Command, shell: Shell): void {
  program
    .command("login")
    .description("sign in: shows a code to approve in a browser, or takes an API key")
    .option("--key", "sign in with an API key: typed when asked, piped in, or from GRANARY_API_KEY")
    .action((_options: unknown, command: Command) => login(shell, command));
  program
    .command("logout")
    .description("sign out and forget the credentials of the profile")
    .action((_options: unknown, command: Command) => logout(shell, command));
}
