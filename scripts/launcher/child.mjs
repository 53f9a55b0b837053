import { spawn } from "node:child_process";
import { constants } from "node:os";

const PARENT_POLL_MS = 250;
/** @type {readonly NodeJS.Signals[]} */
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program to its end and answers its exit code (128 + number when a signal ended it).
 *
 * Each signal is forwarded once: on Ctrl-C the terminal has told the whole group already, and a repeated
 * signal must not look like a second wish. Started by npm, a SIGTERM reaches only npm's shell and this process is
 * silently adopted by another parent; the changed parent id is then the only notice, so it is polled.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function runToEnd(file, args, options = {}) {
  const parent = process.ppid;
  const child = spawn(file, args, { stdio: "inherit", ...options });
  /** @type {Set<NodeJS.Signals>} */
  const sent = new Set();
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    if (sent.has(signal)) return;
    sent.add(signal);
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  const underNpm = process.env.npm_lifecycle_event !== undefined;
  const poll = setInterval(() => {
    if (underNpm && process.ppid !== parent) forward("SIGTERM");
  }, PARENT_POLL_MS);
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearInterval(poll);
      for (const signal of FORWARDED) process.off(signal, forward);
    };
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("exit", (code, signal) => {
      settle();
      resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]);
    });
  });
}
