import { useSyncExternalStore } from "react";
import { useFormat } from "./format.tsx";

const TICK_MS = 30_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  now = Date.now();
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** An instant as "3 minutes ago", kept current, with the exact one on hover and for screen readers. */
export function RelativeTime({ at, none = "never" }: { readonly at: string | null; readonly none?: string }) {
  const format = useFormat();
  const current = useSyncExternalStore(subscribe, () => now);
  if (at === null) return <span className="g-soft">{none}</span>;
  return (
    <time dateTime={at} title={format.exact(at)}>
      {format.relative(at, current)}
    </time>
  );
}
