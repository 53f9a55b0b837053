import { execFile } from "node:child_process";
import { chown, lstat, readdir, readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { problem } from "@granary/protocol";

const run = promisify(execFile);

export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** As whom PostgreSQL's programs run: they refuse to be root, and they want a name for their user id. */
export interface Account {
  readonly kind: "self" | "namespace" | "user";
  /** Who has to own the server's files; undefined where they are ours in any case. */
  readonly owner?: { readonly name: string; readonly uid: number; readonly gid: number };
  invoke(command: string, args: readonly string[]): Invocation;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const self: Account = { kind: "self", invoke: (command, args) => ({ command, args }) };

async function passwdEntries(): Promise<readonly PasswdEntry[]> {
  const text = await readFile("/etc/passwd", "utf8").catch(() => "");
  const rows = text.split("\n").map((line) => line.split(":"));
  return rows.filter((row) => row.length >= 4).map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

/** A user namespace in which we are that entry: our files stay ours, and the server believes it is an ordinary user. */
async function namespaceAccount(entry: PasswdEntry): Promise<Account | undefined> {
  const prefix = ["-U", `--map-user=${entry.uid}`, `--map-group=${entry.gid}`, "--"];
  try {
    await run("unshare", [...prefix, "true"]);
  } catch {
    return undefined;
  }
  const owner = { name: "root", uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return { kind: "namespace", owner, invoke: (command, args) => ({ command: "unshare", args: [...prefix, command, ...args] }) };
}

function hasOwnName(): boolean {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
}

/**
 * Chooses the account. As root, and as a user id without a name (some container platforms pick one at random), a user
 * namespace comes first; where those are denied, root can still become `postgres` or `nobody`.
 */
export async function chooseAccount(options: { readonly userNamespaces: boolean }): Promise<Account> {
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0 && hasOwnName()) return self;
  const entries = (await passwdEntries()).filter((entry) => entry.uid !== 0);
  const byName = (name: string): PasswdEntry | undefined => entries.find((entry) => entry.name === name);
  const inside = byName("nobody") ?? entries[0];
  const namespace = inside !== undefined && options.userNamespaces ? await namespaceAccount(inside) : undefined;
  if (namespace !== undefined) return namespace;
  const other = byName("postgres") ?? byName("nobody");
  if (uid !== 0 || other === undefined) throw problem("database.no_account", { uid });
  return { kind: "user", owner: other, invoke: (command, args) => ({ command, args, uid: other.uid, gid: other.gid }) };
}

/**
 * Makes sure that the account can run the program at all. Throws `database.directory_unreachable` when a directory on the
 * way is closed to it, `database.unsupported_platform` when the system cannot run the binary (another C library).
 */
export async function requireRunnable(account: Account, program: string, dataDir: string): Promise<void> {
  const { command, args, uid, gid } = account.invoke(program, ["--version"]);
  const identity = uid === undefined || gid === undefined ? {} : { uid, gid };
  try {
    await run(command, args, { cwd: "/", ...identity });
  } catch (cause) {
    const isClosed = account.kind === "user" && (cause as NodeJS.ErrnoException).code === "EACCES";
    if (isClosed) throw problem("database.directory_unreachable", { user: account.owner?.name, directory: dataDir }, { cause });
    throw problem("database.unsupported_platform", { platform: `${process.platform}-${process.arch} as it is installed here` }, { cause });
  }
}

/** Hands a directory and all in it to the account, unless it has them already; only root can. */
export async function giveTo(account: Account, path: string): Promise<void> {
  const { owner } = account;
  if (owner === undefined || process.getuid?.() !== 0) return;
  const entry = await lstat(path);
  if (entry.uid === owner.uid) return;
  if (entry.isDirectory()) for (const name of await readdir(path)) await giveTo(account, join(path, name));
  // The directory itself comes last: a hand-over that was interrupted starts again.
  await chown(path, owner.uid, owner.gid);
}
