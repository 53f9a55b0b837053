export { touchIdentified } from "./commands/touch-identified.ts";
export { findPrincipal, type Identified } from "./queries/find-principal.ts";
export { newToken, TOKEN_PREFIXES, tokenHash, tokenKind } from "./tokens.ts";
