import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { findProgram, startServerProcess } from "./server-process.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

const run = promisify(execFile);

/** OpenSSH's SFTP server. */
export interface SftpSource extends AsyncDisposable {
  /** The settings of a connection to it. */
  readonly config: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly folder: string;
    readonly hostKey: string;
    readonly auth: { readonly kind: "key"; readonly privateKey: string; readonly passphrase: string };
  };
  /** The folder on this machine that it serves. */
  readonly folder: string;
  /** A key that it does not know. */
  readonly otherKey: string;
  readonly proxy: TcpProxy;
}

const PASSPHRASE = "pass phrase-5";

const greets = (port: number) => (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("error", () => end(false));
    socket.once("data", (data) => end(data.toString().startsWith("SSH-")));
  });

/** Starts OpenSSH on a free port, for the person who runs the tests, in a folder that is gone afterwards. */
export async function startSftpSource(): Promise<SftpSource> {
  await using starting = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "granary-sftp-"));
  starting.defer(() => rm(home, { recursive: true, force: true }));
  const folder = join(home, "files");
  await mkdir(folder);
  const keygen = findProgram("ssh-keygen", "openssh-server");
  const key = async (name: string, passphrase: string): Promise<string> => {
    await run(keygen, ["-q", "-t", "ed25519", "-N", passphrase, "-f", join(home, name)]);
    return readFile(join(home, name), "utf8");
  };
  await key("host", "");
  const privateKey = await key("person", PASSPHRASE);
  const otherKey = await key("other", "");
  const authorized = join(home, "authorized");
  await writeFile(authorized, await readFile(join(home, "person.pub")));
  await chmod(authorized, 0o600);
  const { stdout } = await run(keygen, ["-l", "-f", join(home, "host.pub")]);
  const port = await freePort();
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${join(home, "host")}`,
    `AuthorizedKeysFile ${authorized}`,
    `PidFile ${join(home, "pid")}`,
    "StrictModes no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "UsePAM no",
    "PermitRootLogin prohibit-password",
    "Subsystem sftp internal-sftp",
    "MaxStartups 100",
  ];
  await writeFile(join(home, "config"), `${lines.join("\n")}\n`);
  // As root it insists on this folder, which the service would make.
  if (userInfo().uid === 0) await mkdir("/run/sshd", { recursive: true });
  starting.use(
    await startServerProcess({ command: findProgram("sshd", "openssh-server"), args: ["-D", "-e", "-f", join(home, "config")], isReady: greets(port) }),
  );
  const proxy = starting.use(await startTcpProxy({ host: "127.0.0.1", port }));
  const resources = starting.move();
  return {
    config: {
      host: "127.0.0.1",
      port: proxy.port,
      user: userInfo().username,
      folder,
      hostKey: /SHA256:\S+/.exec(stdout)?.[0] ?? "",
      auth: { kind: "key", privateKey, passphrase: PASSPHRASE },
    },
    folder,
    otherKey,
    proxy,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
