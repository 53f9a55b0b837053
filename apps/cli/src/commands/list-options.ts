import { type Command, InvalidArgumentError } from "commander";
import type { Page } from "../output/index.ts";

const DEFAULT_COUNT = 50;
const MAX_PAGE = 200;

interface ListOptions {
  readonly limit: number;
  readonly all?: boolean;
}

/** Reads a whole number of at least 1 from the command line. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return value;
}

/** Reads `30d`, `12h`, `15m` as milliseconds. */
export function duration(text: string): number {
  const [, amount, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) throw new InvalidArgumentError("Write a number and m, h or d, such as 30d.");
  return Number(amount) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as "m" | "h" | "d"];
}

/** Reads `a,b` or a repeated option as one list. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  const parts = text.split(",").map((part) => part.trim());
  return [...before, ...parts.filter((part) => part !== "")];
}

/** Gives a list command its options of how much to show. */
export function withListOptions(command: Command): Command {
  return command.option("--limit <n>", "show at most this many", positiveNumber, DEFAULT_COUNT).option("--all", "show all of them");
}

/** Follows the pages of a list until as much is read as was asked for. */
export async function readPages<T>(options: ListOptions, fetchPage: (query: { limit: number; cursor?: string }) => Promise<Page<T>>): Promise<Page<T>> {
  const wanted = options.all === true ? Number.POSITIVE_INFINITY : options.limit;
  const items: T[] = [];
  let next: string | null = null;
  do {
    const query = { limit: Math.min(MAX_PAGE, wanted - items.length), ...(next === null ? {} : { cursor: next }) };
    const page: Page<T> = await fetchPage(query);
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < wanted);
  return { items, next };
}
