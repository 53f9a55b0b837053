import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

async function syncNow(path: string): Promise<void> {
  await using directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await directory.sync();
}

interface Syncing {
  readonly current: Promise<void>;
  next?: Promise<void>;
}

const syncing = new Map<string, Syncing>();

function begin(path: string): Promise<void> {
  const current = syncNow(path).finally(() => {
    if (syncing.get(path)?.current === current && syncing.get(path)?.next === undefined) syncing.delete(path);
  });
  syncing.set(path, { current });
  return current;
}

/**
 * Makes a directory's entries survive a power loss. Callers that come while a flush is under way share the one after it:
 * the one under way may have begun before their change.
 */
export function syncDirectory(path: string): Promise<void> {
  const running = syncing.get(path);
  if (running === undefined) return begin(path);
  running.next ??= running.current.catch(() => undefined).then(() => begin(path));
  return running.next;
}

/** Makes a directory and sees to it that its own entry, and those of the parents made with it, survive a power loss. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}
