export { compose, type ComposeOptions, type Composition, coreConfig } from "./compose.ts";
export { type Config, ConfigError, readConfig, SETTINGS, settingDefault } from "./config.ts";
export { appOptions } from "./http/app-options.ts";
export { type App, buildApp } from "./http/app.ts";
export { createLog, LOG_SERIALIZERS } from "./log.ts";
export { createMetrics, METRICS_HELP, type Metrics } from "./metrics.ts";
export { startWorkerRole, type WorkerRole } from "./worker/start-worker-role.ts";
