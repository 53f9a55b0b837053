import { REALTIME_HEARTBEAT_S } from "@granary/protocol";

/** What a connection may cost the server. */
export interface RealtimeLimits {
  /** Bytes waiting for one client; beyond it messages are left out and a `resync` follows when it has caught up. */
  readonly maxQueuedBytes: number;
  /** How long a client may stay behind before it is closed with 1013. */
  readonly maxBehindMs: number;
  /** How often clients that are behind are looked at. */
  readonly drainCheckMs: number;
  /** How often sessions are checked although no event told of a change: they also expire by themselves. */
  readonly recheckMs: number;
  readonly heartbeatMs: number;
  /** Messages of one client waiting to be read. */
  readonly maxUnread: number;
  /** Bytes of one message a client may send; the longest we know has some 120. */
  readonly maxPayload: number;
}

export const REALTIME_LIMITS: RealtimeLimits = {
  maxQueuedBytes: 262_144,
  maxBehindMs: 10_000,
  drainCheckMs: 250,
  recheckMs: 60_000,
  heartbeatMs: REALTIME_HEARTBEAT_S * 1_000,
  maxUnread: 256,
  maxPayload: 4_096,
};
