import type { CheckStep } from "@granary/protocol";
import { runCheck } from "../checks/index.ts";
import type { Connector, ConnectorContext } from "../connector.ts";
import { fileConnector, fileTarget } from "../files/index.ts";
import { configOf, openSession, type SftpSession, sftpFault } from "./client.ts";
import { openFolder } from "./store.ts";

async function check(context: ConnectorContext): Promise<readonly CheckStep[]> {
  const { host, port, user, folder, hostKey } = configOf(context);
  const { network, signal } = context;
  await using held = new AsyncDisposableStack();
  let session: SftpSession | undefined;
  const open = async (): Promise<SftpSession> => (session ??= held.use(await openSession(context)));
  return await runCheck(
    [
      { name: "name", run: async () => `${host} is ${(await network.resolve(host, port)).join(", ")}.` },
      {
        name: "network",
        run: async () => {
          (await network.connect(host, port, signal)).destroy();
          return `It answers on port ${port}.`;
        },
      },
      {
        name: "encryption",
        run: async () => {
          const shown = (await open()).hostKey;
          if (hostKey !== undefined && hostKey !== "") return "Encrypted, and the server is the right one.";
          return { warned: `The server is not checked. If ${shown} is its fingerprint, enter it in the settings.` };
        },
      },
      { name: "credentials", run: () => open().then(() => `${user} is let in.`) },
      {
        name: "permission",
        run: async () => {
          const { client } = await open();
          const entries = await client.list(folder).catch((error: unknown) => {
            throw sftpFault(error, host, folder);
          });
          return `${folder} has ${entries.length} ${entries.length === 1 ? "entry" : "entries"}.`;
        },
      },
    ],
    signal,
  );
}

/** Files on a server that speaks SFTP. */
export const sftp: Connector = {
  kind: "sftp",
  spec: {
    kind: "sftp",
    title: "SFTP",
    text: "Files of any kind on a server that is reached over SSH; files can be written.",
    icon: "server",
    roles: ["source", "destination"],
    config: {
      type: "object",
      groups: [
        { id: "server", title: "Server" },
        { id: "account", title: "Account" },
      ],
      required: ["host", "user", "auth"],
      properties: {
        host: { type: "string", title: "Host", format: "hostname", examples: ["files.example.com"], maxLength: 255, order: 1, group: "server" },
        port: { type: "integer", title: "Port", default: 22, minimum: 1, maximum: 65_535, order: 2, group: "server" },
        folder: { type: "string", title: "Folder", default: ".", maxLength: 1_000, order: 3, group: "server" },
        hostKey: {
          type: "string",
          title: "Fingerprint of the server",
          description: "As ssh-keygen prints it. A test shows the one the server has.",
          pattern: "^SHA256:[A-Za-z0-9+/]{43}$",
          patternText: "must begin with SHA256:",
          alwaysShow: true,
          order: 4,
          group: "server",
        },
        user: { type: "string", title: "User", maxLength: 200, order: 5, group: "account" },
        auth: {
          type: "object",
          title: "Signing in",
          order: 6,
          group: "account",
          display: "radio",
          oneOf: [
            {
              type: "object",
              title: "Password",
              required: ["kind", "password"],
              properties: {
                kind: { type: "string", const: "password", hidden: true },
                password: { type: "string", title: "Password", secret: true, order: 1, maxLength: 1_000 },
              },
            },
            {
              type: "object",
              title: "Key",
              required: ["kind", "privateKey"],
              properties: {
                kind: { type: "string", const: "key", hidden: true },
                privateKey: { type: "string", title: "Private key", secret: true, multiline: true, order: 1, maxLength: 20_000 },
                passphrase: { type: "string", title: "Its passphrase", secret: true, order: 2, maxLength: 1_000 },
              },
            },
          ],
        },
      },
    },
    streamConfig: null,
    targetConfig: fileTarget,
    syncModes: ["full", "incremental"],
  },
  hosts: ({ host, port }) => [{ host: String(host), port: Number(port ?? 22) }],
  check,
  ...fileConnector(openFolder),
};
