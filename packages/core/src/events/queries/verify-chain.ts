import type { Database } from "@granary/db";
import { type Chain, checkLinks, findPosition } from "../store.ts";

/** How much one statement recomputes; about 40 ms of database time. */
const CHUNK = 5_000;

export interface ChainRange {
  /** Checks the entries after this position; 0 begins with the first. */
  readonly after: number;
  readonly limit: number;
}

/** What recomputing a part of the hash chain showed. */
export interface ChainReport {
  readonly ok: boolean;
  readonly checked: number;
  readonly first: number | null;
  readonly last: number | null;
  /** Whether the newest entry was reached. */
  readonly complete: boolean;
  /** The first entry whose facts or place are not what was chained. */
  readonly broken: { readonly position: number; readonly reason: "changed" | "missing" } | null;
  /** Hash of the last checked entry, hexadecimal. */
  readonly head: string | null;
}

/** Recomputes the hash chain over a log from its stored facts and stops at the first entry that differs. */
export async function verifyChain(database: Database, range: ChainRange, chain: Chain = "events"): Promise<ChainReport> {
  const db = database.reader("system");
  let previous: Buffer | undefined = range.after === 0 ? Buffer.alloc(0) : await findPosition(db, chain, range.after);
  if (previous === undefined) return nothing({ position: range.after, reason: "missing" });
  let checked = 0;
  let head: string | null = null;
  while (checked < range.limit) {
    const size = Math.min(CHUNK, range.limit - checked);
    const links = await checkLinks(db, { chain, after: range.after + checked, limit: size, previous });
    for (const link of links) {
      const expected = range.after + checked + 1;
      const broken =
        link.position !== expected
          ? ({ position: expected, reason: "missing" } as const)
          : link.is_intact
            ? null
            : ({ position: expected, reason: "changed" } as const);
      if (broken !== null) return report(range, checked, { head, broken, complete: false });
      checked += 1;
      previous = link.hash;
      head = link.hash.toString("hex");
    }
    if (links.length < size) return report(range, checked, { head, broken: null, complete: true });
  }
  return report(range, checked, { head, broken: null, complete: false });
}

function nothing(broken: NonNullable<ChainReport["broken"]>): ChainReport {
  return { ok: false, checked: 0, first: null, last: null, complete: false, broken, head: null };
}

function report(range: ChainRange, checked: number, end: Pick<ChainReport, "head" | "broken" | "complete">): ChainReport {
  const hasAny = checked > 0;
  return { ok: end.broken === null, checked, first: hasAny ? range.after + 1 : null, last: hasAny ? range.after + checked : null, ...end };
}
