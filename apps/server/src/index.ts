export { compose, type ComposeOptions, type Composition, coreConfig } from "./compose.ts";
export { type Config, ConfigError, readConfig, SETTINGS } from "./config.ts";
export { type App, type AppOptions, buildApp } from "./http/app.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export { handlers } from "./routes/index.ts";
