type Fields = Readonly<Record<string, unknown>>;

/** Structured logging as every package sees it; the server gives it pino. */
export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  child(fields: Fields): Logger;
}

const ignore = (): void => undefined;

/** A logger that drops everything, for libraries used without one. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLogger,
};
