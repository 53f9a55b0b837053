import { ApiError } from "@granary/client";
import type { Command } from "commander";
import { CliError } from "../exit-codes.ts";
import type { Column } from "../output/index.ts";
import { findTarget, type Shell } from "../shell.ts";

interface Health {
  readonly status: string;
  readonly version: string;
  readonly components: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 10_000;

const FIELDS: readonly Column<Health & { readonly server: string }>[] = [
  { title: "Server", of: (health) => health.server },
  { title: "Status", of: (health) => health.status },
  { title: "Version", of: (health) => health.version },
  {
    title: "Components",
    of: ({ components }) =>
      Object.entries(components)
        .map(([name, state]) => `${name} ${state}`)
        .join(", "),
  },
];

function isHealth(value: unknown): value is Health {
  return typeof value === "object" && value !== null && "status" in value && "version" in value && "components" in value;
}

async function readHealth(server: string): Promise<Health> {
  const response = await fetch(`${server}/health`, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((cause: unknown) => {
    throw new ApiError(`Nothing answers at ${server}.`, { status: 0, code: "network.unreachable", retry: "later", cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!isHealth(body)) throw new CliError("unreachable", `${server} answers, but not as Granary does. Check the address.`);
  return body;
}

/** `health`: whether the server is up, for people and for scripts that wait for it. */
export function addHealth(program: Command, shell: Shell): void {
  program
    .command("health")
    .description("show whether the server is up; fails unless everything is")
    .action(async (_options: unknown, command: Command) => {
      const { server, output } = await findTarget(shell, command);
      const health = await readHealth(server);
      output.record({ server, ...health }, FIELDS);
      if (health.status !== "ok") throw new CliError("unreachable", `The server is ${health.status}.`);
    });
}
