export { checkConfig } from "./check-config.ts";
export { effectiveSettings } from "./effective.ts";
export { maskSecrets, mergeSecrets, type Secrets, splitSecrets } from "./secrets.ts";
export { withDefaults } from "./shape.ts";
