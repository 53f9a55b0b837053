import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@granary/client";
import type { Run, RunLogLine, RunSummary } from "@granary/protocol";
import { CliError } from "../exit-codes.ts";
import type { Connection } from "../shell.ts";

const LOOK_AGAIN_MS = 500;
const LOG_PAGE = 1_000;
const ENDED: readonly Run["state"][] = ["succeeded", "succeeded_with_warnings", "failed", "cancelled"];
/** Nobody goes on with it by itself, so that waiting would not end. */
const RESTING: readonly Run["state"][] = [...ENDED, "paused"];

function logText({ at, level, node, message }: RunLogLine): string {
  return `${at.slice(11, 19)} ${level.padEnd(5)} ${node === null ? "" : `${node}: `}${message}`;
}

async function readLog(client: Client, run: string, after: number, show: (line: RunLogLine) => void): Promise<number> {
  let last = after;
  for (;;) {
    const { items, next } = await client.call("runs.logs", { params: { run: run as Run["id"] }, query: { after: String(last), limit: String(LOG_PAGE) } });
    for (const line of items) {
      show(line);
      last = line.seq;
    }
    if (next === null) return last;
  }
}

/** Shows a run's log, and what is added until it ends where it is followed. Answers the run as it is then. */
export async function showLog({ client, output }: Connection, id: string, follow: boolean): Promise<Run> {
  const lines: RunLogLine[] = [];
  const show = (line: RunLogLine): void => {
    if (output.json) lines.push(line);
    else output.terminal.write(`${logText(line)}\n`);
  };
  const params = { run: id as Run["id"] };
  let after = 0;
  for (;;) {
    const run = await client.call("runs.get", { params });
    after = await readLog(client, id, after, show);
    if (!follow || RESTING.includes(run.state)) {
      if (output.json) output.value({ run, log: lines });
      return run;
    }
    await delay(LOOK_AGAIN_MS);
  }
}

/** Ends the command as the run ended: 0 for success, 1 for everything else. */
export function requireSuccess(run: Pick<RunSummary, "state" | "fault" | "pipeline" | "number">): void {
  if (run.state === "succeeded" || run.state === "succeeded_with_warnings") return;
  const why = run.fault === null ? "" : `: ${run.fault.message}`;
  throw new CliError("failure", `${run.pipeline.name} #${run.number} ${run.state === "paused" ? "is paused" : run.state.replaceAll("_", " ")}${why}`);
}
