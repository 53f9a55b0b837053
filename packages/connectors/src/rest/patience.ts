/** A reset later than this is a point in time, in seconds since 1970; an earlier one a number of seconds. */
const EPOCH_S = 1_000_000_000;

function fromRetryAfter(text: string, nowMs: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function fromReset(text: string, nowMs: number): number | undefined {
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) return undefined;
  return value > EPOCH_S ? Math.max(0, value * 1_000 - nowMs) : value * 1_000;
}

/** How long a server asks to be left alone, in milliseconds; undefined when it does not say. */
export function waitOf(status: number, headers: Headers, nowMs: number): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const retryAfter = headers.get("retry-after");
  if (retryAfter !== null) return fromRetryAfter(retryAfter.trim(), nowMs);
  const reset = headers.get("ratelimit-reset") ?? headers.get("x-ratelimit-reset");
  return reset === null ? undefined : fromReset(reset.trim(), nowMs);
}
