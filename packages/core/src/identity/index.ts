export { prepareFirstRun } from "./commands/prepare-first-run.ts";
export { enforceSession } from "./enforce-session.ts";
export { touchIdentified } from "./commands/touch-identified.ts";
export { findPrincipal, type Identified } from "./queries/find-principal.ts";
export { newToken, TOKEN_PREFIXES, tokenHash, tokenKind } from "./tokens.ts";
