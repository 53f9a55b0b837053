/** What a worker process tells the program that started it. */
export interface WorkerStarted {
  readonly type: "started";
  readonly owner: string;
}

/** What the program tells a worker process. */
export interface StopWorker {
  readonly type: "stop";
}

export function isWorkerStarted(message: unknown): message is WorkerStarted {
  return typeof message === "object" && message !== null && "type" in message && message.type === "started" && "owner" in message;
}

function isStopWorker(message: unknown): message is StopWorker {
  return typeof message === "object" && message !== null && "type" in message && message.type === "stop";
}

/** Tells the parent, if this process has one, which leases are this worker's, so that they can be freed when it dies. */
export function tellParent(owner: string): void {
  // A parent that is gone by now is noticed by its disconnect.
  process.send?.({ type: "started", owner } satisfies WorkerStarted, undefined, undefined, () => undefined);
}

/** Stops this process when its parent says so or is gone; does nothing in a process that has none. */
export function followParent(stop: (reason: string) => void): void {
  if (process.send === undefined) return;
  process.on("message", (message) => {
    if (isStopWorker(message)) stop("parent");
  });
  process.on("disconnect", () => stop("parent gone"));
  // A parent that ended while this process was starting has been missed by both.
  if (!process.connected) stop("parent gone");
}
