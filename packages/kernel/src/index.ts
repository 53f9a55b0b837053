export { type Clock, systemClock } from "./clock.ts";
export { releasable } from "./disposables.ts";
export { AppError, type AppErrorOptions, type Issue, isAppError } from "./errors.ts";
export { ID_PREFIXES, type Id, type IdKind, idFloor, idPattern, isId, newId } from "./ids.ts";
export { type Logger, silentLogger } from "./logger.ts";
