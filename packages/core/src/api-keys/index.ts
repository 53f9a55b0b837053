export { createKey, type NewKey } from "./commands/create-key.ts";
export { revokeKey } from "./commands/revoke-key.ts";
export { type KeyQuery, listKeys } from "./queries/list-keys.ts";
