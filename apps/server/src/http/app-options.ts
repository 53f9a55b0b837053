import type { Services } from "@granary/core/context";
import type { Logger as PinoLogger } from "pino";
import { type Config, corsOrigins, trustedProxies } from "../config.ts";
import type { Metrics } from "../metrics.ts";
import { handlers } from "../routes/index.ts";
import { VERSION } from "../version.ts";
import type { AppOptions } from "./app.ts";

interface Parts {
  readonly config: Config;
  readonly services: Services;
  readonly log: PinoLogger;
  readonly metrics: Metrics;
  readonly webRoot: string | undefined;
}

/** What the configuration means for the HTTP server. */
export function appOptions({ config, ...parts }: Parts): AppOptions {
  const { env } = config;
  return {
    ...parts,
    handlers,
    version: VERSION,
    rates: { read: env.GRANARY_RATE_READ, write: env.GRANARY_RATE_WRITE, sensitive: env.GRANARY_RATE_SENSITIVE },
    corsOrigins: corsOrigins(config),
    trustedProxies: trustedProxies(config),
    bodyLimit: env.GRANARY_BODY_LIMIT,
    uploadLimit: env.GRANARY_UPLOAD_LIMIT,
    metricsToken: env.GRANARY_METRICS_TOKEN,
  };
}
