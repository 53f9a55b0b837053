export { type SafeguardChange, setSafeguard } from "./commands/set-safeguard.ts";
export { testMail } from "./commands/test-mail.ts";
export { updateSettings } from "./commands/update-settings.ts";
export { getSafeguard, isDeveloperUnlocked } from "./queries/get-safeguard.ts";
export { getInstanceSettings, getSettings } from "./queries/get-settings.ts";
export { readInstanceSettings } from "./queries/read-instance-settings.ts";
