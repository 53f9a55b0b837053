import { type Client, createClient } from "@granary/client";
import type { Command } from "commander";
import { type CredentialsFile, credentialsFile, type Profile, sessionTokens } from "./credentials/index.ts";
import type { Environment } from "./environment.ts";
import { CliError } from "./exit-codes.ts";
import { createOutput, type Output, type Terminal } from "./output/index.ts";

const DEFAULT_SERVER = "http://localhost:4400";
const DEFAULT_PROFILE = "default";

/** What every command runs in. */
export interface Shell {
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly version: string;
}

interface GlobalOptions {
  readonly json?: boolean;
  readonly server?: string;
  readonly workspace?: string;
  readonly profile?: string;
}

/** Where a command goes and how it answers, before any credential is looked at. */
export interface Target {
  readonly server: string;
  /** As asked on the command line or in the environment, else as the profile keeps it. */
  readonly workspace: string | undefined;
  readonly profileName: string;
  readonly profile: Profile | undefined;
  readonly credentials: CredentialsFile;
  readonly output: Output;
}

/** A signed-in connection. */
export interface Connection extends Target {
  readonly client: Client;
}

function normalServer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CliError("usage", `"${text}" is not the address of a server. Write it like https://granary.example.com or http://localhost:4400.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}

/** Finds the server and profile a command means. */
export async function findTarget(shell: Shell, command: Command): Promise<Target> {
  const options = globalOptions(command);
  const { environment, terminal } = shell;
  const credentials = credentialsFile(environment.configDirectory);
  const profileName = options.profile ?? environment.profile ?? DEFAULT_PROFILE;
  const profile = await credentials.read(profileName);
  const server = normalServer(options.server ?? environment.server ?? profile?.server ?? DEFAULT_SERVER);
  const kept = profile?.server === server ? profile.workspace : undefined;
  return {
    server,
    workspace: options.workspace ?? environment.workspace ?? kept,
    profileName,
    profile,
    credentials,
    output: createOutput(terminal, options.json === true),
  };
}

function signInCommand(target: Target): string {
  const server = target.server === (target.profile?.server ?? DEFAULT_SERVER) ? "" : ` --server ${target.server}`;
  const profile = target.profileName === DEFAULT_PROFILE ? "" : ` --profile ${target.profileName}`;
  return `granary login${server}${profile}`;
}

async function clientOf(shell: Shell, target: Target): Promise<Client> {
  const { server, workspace, profile, profileName, credentials } = target;
  const { apiKey } = shell.environment;
  if (apiKey !== undefined) return createClient({ baseUrl: server, workspace, token: apiKey });
  if (profile === undefined || profile.kind === "signed_out") {
    throw new CliError("notSignedIn", `You are not signed in to ${server}. Sign in with: ${signInCommand(target)}`);
  }
  // The secret of one server is never sent to another.
  if (profile.server !== server) {
    throw new CliError("notSignedIn", `The profile ${profileName} is signed in to ${profile.server}, not to ${server}. Sign in with: ${signInCommand(target)}`);
  }
  if (profile.kind === "key") return createClient({ baseUrl: server, workspace, token: profile.apiKey });
  const tokens = await sessionTokens(credentials, profileName, profile);
  return createClient({ baseUrl: server, workspace, token: () => tokens.current(), onUnauthorized: (error) => tokens.renewAfter(error) });
}

/** Connects a command to its server as the profile's person or key. */
export async function connect(shell: Shell, command: Command): Promise<Connection> {
  const target = await findTarget(shell, command);
  return { ...target, client: await clientOf(shell, target) };
}
