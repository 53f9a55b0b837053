import type { Services } from "@granary/core/context";
import { prepareFirstRun } from "@granary/core/identity";
import { printBanner } from "../banner.ts";
import { WEB_ROOT } from "../compose.ts";
import { type Config, ConfigError } from "../config.ts";
import { createMetrics } from "../metrics.ts";
import { type App, buildApp } from "./app.ts";
import { appOptions } from "./app-options.ts";

async function listen(app: App, config: Config, port: number): Promise<void> {
  try {
    await app.server.listen({ host: config.host, port });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      throw new ConfigError(`Port ${port} of ${config.host} is taken by another program. Stop it, or choose another port with GRANARY_PORT.`, { cause: error });
    }
    throw error;
  }
}

/** Serves the HTTP API, the realtime socket and the web application until the answer is called. */
export async function startWebRole(config: Config, services: Services, port: number): Promise<(reason: string) => Promise<void>> {
  const metrics = createMetrics(services.database);
  const app = await buildApp(appOptions({ config, services, log: services.log as never, metrics, webRoot: WEB_ROOT }));
  const { GRANARY_ADMIN_EMAIL: email, GRANARY_ADMIN_PASSWORD: password } = config.env;
  const firstRun = await prepareFirstRun(services, email === undefined || password === undefined ? undefined : { email, password });
  // Only now: whoever is answered may sign in.
  await listen(app, config, port);
  printBanner({ config, url: services.config.publicUrl, setupLink: firstRun.setupLink });
  return () => app.stop();
}
