/** Progress goes to stderr, so that the output of `./granary whoami --json` stays what the command wrote. */
export function say(/** @type {string} */ line) {
  process.stderr.write(`granary: ${line}\n`);
}

/** An expected failure: printed as one message without a stack, then exit 1. */
export class LaunchError extends Error {}

export function seconds(/** @type {number} */ startedAtMs) {
  return `${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`;
}
