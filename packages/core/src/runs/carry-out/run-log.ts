import { AsyncLocalStorage } from "node:async_hooks";
import type { Id } from "@granary/kernel";
import type { RunLogLine } from "@granary/protocol";
import { sql } from "kysely";
import type { Services } from "../../context/index.ts";

const PERIOD_MS = 300;
const MAX_LINES = 20_000;
const MAX_MESSAGE = 2_000;

type Level = RunLogLine["level"];
type Data = Readonly<Record<string, unknown>>;

/** What a run says of itself. No secrets and no values of rows: everybody who sees pipelines reads it. */
export interface RunLog {
  write(level: Level, node: string | null, message: string, data?: Data): void;
  /** Writes down what is left. */
  flush(): Promise<void>;
}

interface Line {
  readonly at: string;
  readonly level: Level;
  readonly node: string | null;
  readonly message: string;
  readonly data: Data | null;
}

/** Collects lines and writes them together, outside of any transaction: what a failed attempt said is kept. */
export function createRunLog(services: Services, run: { readonly id: string; readonly workspaceId: Id<"workspace"> }, onWritten: () => void): RunLog {
  const outside = AsyncLocalStorage.snapshot();
  let lines: Line[] = [];
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const taken = lines;
    lines = [];
    if (taken.length === 0) return;
    try {
      await services.database.tx({ workspaceId: run.workspaceId }, (db) =>
        sql`
          insert into run_logs (workspace_id, run_id, at, level, node, message, data)
          select ${run.workspaceId}, ${run.id}, l.at, l.level, l.node, l.message, l.data
          from rows from (jsonb_to_recordset(${JSON.stringify(taken)}::jsonb) as (at timestamptz, level text, node text, message text, data jsonb)) with ordinality as l (at, level, node, message, data, n)
          order by l.n`.execute(db),
      );
      onWritten();
    } catch (error) {
      services.log.warn({ err: error, runId: run.id }, "a run's log lines could not be written");
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  return {
    write(level, node, message, data) {
      count += 1;
      if (count > MAX_LINES + 1) return;
      const isLast = count > MAX_LINES;
      const text = isLast ? `More than ${MAX_LINES} lines: the rest is left out.` : message.slice(0, MAX_MESSAGE);
      lines.push({
        at: new Date().toISOString(),
        level: isLast ? "warn" : level,
        node: isLast ? null : node,
        message: text,
        data: isLast ? null : (data ?? null),
      });
      outside(() => {
        timer ??= setTimeout(() => void flush(), PERIOD_MS);
      });
    },
    flush: () => outside(flush),
  };
}
