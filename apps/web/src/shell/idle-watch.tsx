import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useEffectEvent, useRef, useState } from "react";
import { lastRequest } from "../api/client.ts";
import { useShownAt } from "../kit/clock.ts";
import { sessionQuery, useSession, useSignOut } from "../api/session.ts";

const IdleDialog = lazy(() => import("./idle-dialog.tsx"));

const TICK_MS = 1_000;
/** The server renews a session at most once a minute, so its clock may lag behind ours by that much. */
const RENEWAL_LAG_S = 60;
const LONGEST_WARNING_S = 120;
const ACTIVITY = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

/** When the warning begins and when the session is over, in seconds without a request. */
export function idleLimits(idleTimeout: number): { readonly warnAfter: number; readonly endAfter: number } {
  const endAfter = Math.max(30, idleTimeout - RENEWAL_LAG_S);
  return { warnAfter: endAfter - Math.min(LONGEST_WARNING_S, Math.floor(endAfter / 3)), endAfter };
}

/** Warns before an idle session ends, counts down, and renews it while the person is at work without making requests. */
export function IdleWatch() {
  const { session } = useSession();
  const idleTimeout = session?.idleTimeout ?? null;
  return idleTimeout === null ? null : <Watch idleTimeout={idleTimeout} />;
}

function Watch({ idleTimeout }: { readonly idleTimeout: number }) {
  const { warnAfter, endAfter } = idleLimits(idleTimeout);
  const [left, setLeft] = useState<number>();
  const activeAt = useRef(useShownAt());
  const client = useQueryClient();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const renew = () =>
    void client.fetchQuery({ ...sessionQuery(), staleTime: 0 }).then(
      () => setLeft(undefined),
      () => undefined,
    );
  const end = () => {
    const back = location.pathname + location.search;
    signOut.mutate(undefined, { onSettled: () => void navigate({ to: "/sign-in", search: { return: back, reason: "idle" } }) });
  };
  const tick = useEffectEvent(() => {
    const idle = (Date.now() - lastRequest()) / 1_000;
    const atWork = Date.now() - activeAt.current < (warnAfter / 2) * 1_000;
    if (idle >= endAfter) return end();
    if (idle >= warnAfter) return setLeft(Math.ceil(endAfter - idle));
    setLeft(undefined);
    if (idle > warnAfter / 2 && atWork) renew();
  });
  useEffect(() => {
    const note = () => {
      activeAt.current = Date.now();
    };
    for (const name of ACTIVITY) addEventListener(name, note, { passive: true });
    const timer = setInterval(() => tick(), TICK_MS);
    return () => {
      clearInterval(timer);
      for (const name of ACTIVITY) removeEventListener(name, note);
    };
  }, []);
  return <Suspense>{left !== undefined && <IdleDialog left={left} onStay={renew} />}</Suspense>;
}
