import { isAppError } from "@granary/kernel";
import type { AccessAction } from "@granary/protocol";
import { type Access, logAccess } from "../../access-log/index.ts";
import type { Ctx } from "../../context/index.ts";
import { openVersion, type Readable } from "./open-version.ts";

/** What somebody was shown, and what the access log is to tell of it. */
export interface Seen<T> {
  readonly answer: T;
  /** Rows of which something was shown or counted; null when that is not known. */
  readonly rows: number | null;
  /** Names of the columns that were shown, or asked about by a filter, an order or a search. Left out: all the caller may see. */
  readonly columns?: readonly string[] | ((readable: Readable) => readonly string[]) | undefined;
  /** Which of the opened versions are told of; all unless said. */
  readonly of?: (readable: Readable) => boolean;
  /** For what goes on after the answer began; `logEnd` tells of its end. */
  readonly stage?: "begin" | "end";
  /** Nothing was read and nothing can be learnt, so there is nothing to tell. */
  readonly isNothing?: boolean;
}

type Told = Pick<Seen<unknown>, "rows" | "columns" | "stage">;

/** Opens a version of a dataset for the caller; see {@link openVersion}. */
export type OpenForReading = (idOrName: string, version: string | undefined) => Promise<Readable>;

function accessTo(readable: Readable, action: AccessAction, told: Told & { readonly reason?: string }): Access {
  const { dataset, version, plan, policyIds } = readable;
  const named = typeof told.columns === "function" ? told.columns(readable) : told.columns;
  const columns = named === undefined ? readable.columns : readable.columns.filter((item) => named.includes(item.name));
  return {
    action,
    dataset: { id: dataset.id, name: dataset.name },
    version: version.number,
    stage: told.stage,
    columns: columns.map(({ name, stored, isMasked }) => ({ fieldId: stored.fieldId, name, isMasked })),
    isFiltered: plan.filter !== undefined,
    rows: told.rows,
    policyIds,
    reason: told.reason,
  };
}

/**
 * Reads table data: the one way to open versions of datasets, and so the one way to their rows. Writes an entry into the access
 * log for each opened version when `read` is over, before anything is answered. Failures are entries too, for what failed and what
 * did not can tell something; only requests that were wrong in themselves are none.
 */
export async function readData<T>(ctx: Ctx, action: AccessAction, read: (open: OpenForReading) => Promise<Seen<T>>): Promise<T> {
  const opened: Readable[] = [];
  const open: OpenForReading = async (idOrName, version) => {
    const readable = await openVersion(ctx, idOrName, version);
    opened.push(readable);
    return readable;
  };
  const write = (told: Told & { readonly reason?: string }, of: (readable: Readable) => boolean = () => true) =>
    logAccess(
      ctx,
      opened.filter(of).map((readable) => accessTo(readable, action, told)),
    );
  let seen: Seen<T>;
  try {
    seen = await read(open);
  } catch (error) {
    if (isAppError(error) && error.code !== "request.invalid") await write({ rows: null, reason: error.code });
    throw error;
  }
  if (seen.isNothing !== true) await write(seen, seen.of);
  return seen.answer;
}

/** Tells the access log how something ended of which only the begin could be told. */
export function logEnd(ctx: Ctx, readable: Readable, action: AccessAction, seen: Pick<Seen<unknown>, "rows" | "columns">): Promise<void> {
  return logAccess(ctx, [accessTo(readable, action, { ...seen, stage: "end" })]);
}
