export { compose, type ComposeOptions, type Composition, coreConfig } from "./compose.ts";
export { type Config, ConfigError, readConfig, SETTINGS, settingDefault } from "./config.ts";
export { type App, type AppOptions, buildApp } from "./http/app.ts";
export { createMetrics, METRICS_HELP, type Metrics } from "./metrics.ts";
export { handlers } from "./routes/index.ts";
