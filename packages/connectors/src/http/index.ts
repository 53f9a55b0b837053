import type { CheckStep, ConfigSchema } from "@granary/protocol";
import { runCheck } from "../checks/index.ts";
import type { Connector, ConnectorContext } from "../connector.ts";
import { fileConnector } from "../files/index.ts";
import { configOf, headersOf, openFiles, requireOk } from "./store.ts";

const portOf = (url: URL): number => Number(url.port) || (url.protocol === "https:" ? 443 : 80);

function check(context: ConnectorContext): Promise<readonly CheckStep[]> {
  const { network, signal } = context;
  const config = configOf(context);
  const urls = config.urls.map((url) => new URL(url));
  return runCheck(
    [
      {
        name: "name",
        run: async () => {
          for (const url of urls) await network.resolve(url.hostname, portOf(url));
          return "All names are known.";
        },
      },
      {
        name: "network",
        run: async () => {
          for (const url of urls) (await network.connect(url.hostname, portOf(url), signal)).destroy();
          return "All hosts answer.";
        },
      },
      {
        name: "encryption",
        run: async () => {
          if (urls.some(({ protocol }) => protocol !== "https:")) return { warned: "Not encrypted: whoever listens on the way reads along." };
          for (const url of new Set(urls.map(({ origin }) => origin))) await (await network.fetch(url, { method: "HEAD", signal })).body?.cancel();
          return "Encrypted, and the certificates are right.";
        },
      },
      {
        name: "credentials",
        run: async () => {
          for (const url of config.urls) {
            const answer = await network.fetch(url, { headers: headersOf(config), signal });
            await answer.body?.cancel();
            requireOk(answer, url);
          }
          return `${config.urls.length === 1 ? "The file" : `All ${config.urls.length} files`} can be fetched.`;
        },
      },
    ],
    signal,
  );
}

const choice = (kind: string, title: string, properties: Readonly<Record<string, ConfigSchema>> = {}): ConfigSchema => ({
  type: "object",
  title,
  required: ["kind", ...Object.keys(properties)],
  properties: { kind: { type: "string", const: kind, hidden: true }, ...properties },
});

const files = fileConnector(async (context) => openFiles(context));

/** Files on the web, by their addresses. */
export const http: Connector = {
  kind: "http",
  spec: {
    kind: "http",
    title: "Files on the web",
    text: "Files of any kind by their addresses; read again when they change.",
    icon: "globe",
    roles: ["source"],
    config: {
      type: "object",
      required: ["urls"],
      properties: {
        urls: {
          type: "array",
          title: "Addresses",
          minItems: 1,
          maxItems: 200,
          order: 1,
          items: { type: "string", format: "uri", pattern: "^https?://[^@]+$", patternText: "must start with https:// and hold no password", maxLength: 2_000 },
        },
        auth: {
          type: "object",
          title: "Signing in",
          order: 2,
          display: "dropdown",
          oneOf: [
            choice("none", "Nothing"),
            choice("basic", "User and password", {
              user: { type: "string", title: "User", order: 1, maxLength: 1_000 },
              password: { type: "string", title: "Password", secret: true, order: 2, maxLength: 1_000 },
            }),
            choice("bearer", "Bearer token", { token: { type: "string", title: "Token", secret: true, order: 1, maxLength: 10_000 } }),
          ],
        },
      },
    },
    streamConfig: null,
    targetConfig: null,
    syncModes: ["full", "incremental"],
  },
  hosts: ({ urls }) => (urls as readonly string[]).map((text) => new URL(text)).map((url) => ({ host: url.hostname, port: portOf(url) })),
  check,
  discover: files.discover,
  discoverStream: files.discoverStream,
  read: files.read,
};
