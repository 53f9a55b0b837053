import type { CheckStep } from "@granary/protocol";
import { runCheck } from "../checks/index.ts";
import type { ConnectorContext } from "../connector.ts";
import { addressOf, restConfig } from "./config.ts";
import { requireOk, RestSession } from "./session.ts";

const portOf = (url: URL): number => Number(url.port) || (url.protocol === "https:" ? 443 : 80);

/** Tries the connection step by step. */
export function check(context: ConnectorContext): Promise<readonly CheckStep[]> {
  const config = restConfig(context.config);
  const { network, signal } = context;
  const url = addressOf(config.baseUrl, config.testPath ?? "");
  const port = portOf(url);
  const session = new RestSession(context, config);
  return runCheck(
    [
      { name: "name", run: async () => `${url.hostname} is ${(await network.resolve(url.hostname, port)).join(", ")}.` },
      {
        name: "network",
        run: async () => {
          (await network.connect(url.hostname, port, signal)).destroy();
          return `It answers on port ${port}.`;
        },
      },
      {
        name: "encryption",
        run: async () => {
          if (url.protocol !== "https:") return { warned: "Not encrypted: whoever listens on the way reads along." };
          await (await network.fetch(url.origin, { method: "HEAD", signal })).body?.cancel();
          return "Encrypted, and the certificate is right.";
        },
      },
      {
        name: "credentials",
        run: async () => {
          const answer = await session.send({ url });
          // Many APIs have nothing at their root; that they answer is enough unless a path was named.
          if (answer.status !== 404 || (config.testPath ?? "") !== "") requireOk(answer, url);
          return config.auth.kind === "none" ? "It answers without signing in." : "Signing in worked.";
        },
      },
    ],
    signal,
  );
}
