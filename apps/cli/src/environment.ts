import { homedir } from "node:os";
import { join } from "node:path";

/** Every variable the command line reads, in this file alone; docs/reference/cli.md lists them from here. */
export const VARIABLES = {
  GRANARY_API_KEY: "API key to use instead of the profile's sign-in.",
  GRANARY_SERVER: "Address of the server, as `--server`.",
  GRANARY_WORKSPACE: "Workspace by id or slug, as `--workspace`.",
  GRANARY_PROFILE: "Profile to use, as `--profile`.",
  XDG_CONFIG_HOME: "Where `granary/credentials.json` is kept. Unset: `~/.config`.",
  NO_COLOR: "Set to anything: no colours.",
} as const;

type Variables = Readonly<Record<string, string | undefined>>;

/** What the command line takes from its surroundings. An empty variable counts as unset. */
export interface Environment {
  readonly apiKey: string | undefined;
  readonly server: string | undefined;
  readonly workspace: string | undefined;
  readonly profile: string | undefined;
  /** The directory that holds the credentials. */
  readonly configDirectory: string;
  readonly mayColor: boolean;
}

export function readEnvironment(variables: Variables): Environment {
  const given = (name: string): string | undefined => (variables[name] === "" ? undefined : variables[name]);
  return {
    apiKey: given("GRANARY_API_KEY")?.trim(),
    server: given("GRANARY_SERVER"),
    workspace: given("GRANARY_WORKSPACE"),
    profile: given("GRANARY_PROFILE"),
    configDirectory: join(given("XDG_CONFIG_HOME") ?? join(homedir(), ".config"), "granary"),
    mayColor: given("NO_COLOR") === undefined && variables["TERM"] !== "dumb",
  };
}
