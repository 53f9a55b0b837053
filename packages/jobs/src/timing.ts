/** The durations a worker keeps, in milliseconds. The README promises what follows from them, and tests hold it to that. */
export interface Timing {
  /** How long a job stays with a worker that is not heard of. */
  readonly leaseMs: number;
  /** How often a worker says that it is alive: four times a lease, so that two lost heartbeats lose nothing. */
  readonly heartbeatMs: number;
  /** How often it looks for due jobs and ended leases when no notification comes. */
  readonly pollMs: number;
  /** How long a handler may take to end after it was told to stop. */
  readonly abortGraceMs: number;
  /** How long a stopping worker lets its jobs go on before it tells them to stop. */
  readonly finishMs: number;
  /** How long a stopping worker waits for told handlers before it hands their jobs back without them. */
  readonly handBackMs: number;
  /** How often progress and log lines are written. */
  readonly reportMs: number;
  /** The deadline of every job in place of its own. */
  readonly deadlineMs?: number;
}

export const TIMING: Timing = {
  leaseMs: 6_000,
  heartbeatMs: 1_500,
  pollMs: 1_000,
  abortGraceMs: 10_000,
  finishMs: 5_000,
  handBackMs: 3_000,
  reportMs: 500,
};
