export { type CredentialsFile, credentialsFile, type Profile } from "./credentials-file.ts";
export { sessionProfile, sessionTokens } from "./session-tokens.ts";
