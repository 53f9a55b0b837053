import { useEffect, useState } from "react";

/** The instant at which a component appeared: for what is decided once, such as a greeting or whether a lock still holds. */
export function useShownAt(): number {
  return useState(() => Date.now())[0];
}

/** The current instant, moving on by itself while `everyMs` is given: for what is going on. */
export function useNow(everyMs: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
