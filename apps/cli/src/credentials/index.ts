export { type CredentialsFile, credentialsFile, type Profile } from "./credentials-file.ts";
export { type SessionTokens, sessionProfile, sessionTokens } from "./session-tokens.ts";
