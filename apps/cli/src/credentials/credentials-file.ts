import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CliError } from "../exit-codes.ts";
import { holdLock } from "./lock-file.ts";

interface Place {
  readonly server: string;
  readonly workspace?: string | undefined;
}

/** A sign-in of a person: a short-lived token and the one that renews it. */
export interface SessionProfile extends Place {
  readonly kind: "session";
  readonly accessToken: string;
  /** Instant in UTC. */
  readonly accessExpiresAt: string;
  readonly refreshToken: string;
}

/** A server one can sign in to: with a session, with an API key, or not at the moment. */
export type Profile = SessionProfile | (Place & { readonly kind: "key"; readonly apiKey: string }) | (Place & { readonly kind: "signed_out" });

interface Content {
  readonly version: 1;
  readonly profiles: Readonly<Record<string, Profile>>;
}

/** The file of all profiles of this person on this machine, readable by them alone. */
export interface CredentialsFile {
  readonly path: string;
  read(name: string): Promise<Profile | undefined>;
  /**
   * Changes one profile while every other `granary` of this person waits. `change` sees what is stored now and returns
   * what to store; the file is replaced in one step, so that a kill leaves the old or the new one.
   */
  update(name: string, change: (stored: Profile | undefined) => Profile | undefined | Promise<Profile | undefined>): Promise<Profile | undefined>;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function load(path: string): Promise<Content> {
  try {
    const content = JSON.parse(await readFile(path, "utf8")) as Partial<Content> | null;
    if (content?.version === 1 && typeof content.profiles === "object") return content as Content;
    throw new CliError("failure", `${path} was written by another version of granary. Delete it and sign in again.`);
  } catch (error) {
    if (isMissing(error)) return { version: 1, profiles: {} };
    if (error instanceof SyntaxError) throw new CliError("failure", `${path} cannot be read: ${error.message}. Delete it and sign in again.`, error);
    throw error;
  }
}

async function replace(path: string, content: Content): Promise<void> {
  const staging = `${path}.${randomUUID()}`;
  try {
    const file = await open(staging, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(content, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staging, path);
  } finally {
    await rm(staging, { force: true });
  }
}

/** The credentials below a configuration directory, which is created when something is stored. */
export function credentialsFile(directory: string): CredentialsFile {
  const path = join(directory, "credentials.json");
  return {
    path,
    read: async (name) => (await load(path)).profiles[name],
    async update(name, change) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await using _lock = await holdLock(`${path}.lock`);
      const content = await load(path);
      const before = content.profiles[name];
      const after = await change(before);
      if (after === before) return before;
      const { [name]: _, ...others } = content.profiles;
      await replace(path, { version: 1, profiles: after === undefined ? others : { ...others, [name]: after } });
      await chmod(path, 0o600);
      return after;
    },
  };
}
