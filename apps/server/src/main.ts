import { ConfigError, readConfig } from "./config.ts";
import { type Program, startProgram } from "./program.ts";
import { followParent } from "./worker/parent-link.ts";

const FORCED_EXIT_MS = 15_000;

/** Stops once on the first SIGTERM or SIGINT; a terminal sends the second one of a Ctrl-C to the whole group, so it means nothing more. */
function stopOnSignal(program: Program): void {
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
    program.stop(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Granary did not stop cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  followParent(stop);
}

try {
  stopOnSignal(await startProgram(readConfig(process.env, process.argv.slice(2))));
} catch (error) {
  const text =
    error instanceof ConfigError || (error instanceof Error && error.name === "AppError")
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`\nGranary could not start.\n\n${text}\n\n`);
  process.exit(1);
}
