import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installPackages } from "./debian-packages.ts";

/** Servers that connectors are tested against, by the Debian package that has them. */
const SERVERS = { mariadbd: "mariadb-server", sshd: "openssh-server" } as const;

function missingPackages(): readonly string[] {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin", "/sbin"];
  const isThere = (name: string): boolean => folders.some((folder) => existsSync(join(folder, name)));
  return Object.entries(SERVERS).flatMap(([name, debianPackage]) => (isThere(name) ? [] : debianPackage));
}

/** Gets the servers connectors are tested against. Answers what to do where one is still missing; undefined when all is well. */
export function prepareServers(print: (line: string) => void): string | undefined {
  const wanted = missingPackages();
  if (wanted.length > 0) installPackages(wanted, "connectors are tested against real servers", print);
  const missing = missingPackages();
  return missing.length === 0
    ? undefined
    : `servers that connectors are tested against are missing, so that their tests fail. To get them: apt-get install -y --no-install-recommends ${missing.join(" ")}`;
}
