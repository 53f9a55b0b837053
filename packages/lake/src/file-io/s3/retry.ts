import { setTimeout as delay } from "node:timers/promises";

/** How patient a request is. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** The longest wait after the first failure; it doubles with each further one. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** Five tries within some 6 s of waiting: enough for a throttled or restarting storage, short enough for a person who waits. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, baseDelayMs: 200, maxDelayMs: 5_000 };

/** Repeats work while its failure may pass, waiting a random part of a growing time: many clients must not return at once. */
export async function retrying<T>(policy: RetryPolicy, mayPass: (error: unknown) => boolean, work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= policy.attempts || !mayPass(error)) throw error;
      await delay(Math.random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1)));
    }
  }
}
