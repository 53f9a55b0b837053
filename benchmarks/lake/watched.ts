import { readdirSync, readFileSync } from "node:fs";

const SAMPLE_MS = 20;

/** What the engine processes of this program have taken at most, added up over those that live now. */
function engineBytes(): number {
  let sum = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      if (!status.includes(`PPid:\t${process.pid}\n`) || !readFileSync(`/proc/${name}/cmdline`, "utf8").includes("child-main")) continue;
      sum += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      // The process ended meanwhile.
    }
  }
  return sum;
}

export interface Watched<T> {
  readonly answer: T;
  readonly seconds: number;
  /** The most all engine processes together took: the sum of each one's own peak, which is never below the peak of the sum. */
  readonly peakBytes: number;
}

/** Runs work and tells how long it took and how much memory the engine processes needed. */
export async function watched<T>(work: () => Promise<T>): Promise<Watched<T>> {
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, engineBytes());
  }, SAMPLE_MS);
  const start = performance.now();
  try {
    const answer = await work();
    const seconds = (performance.now() - start) / 1000;
    return { answer, seconds, peakBytes: Math.max(peakBytes, engineBytes()) };
  } finally {
    clearInterval(timer);
  }
}
