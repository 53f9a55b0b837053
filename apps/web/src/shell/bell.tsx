import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy } from "react";
import { notificationsQuery } from "../api/notifications.ts";
import { BellButton } from "./bell-button.tsx";
import { OnDemand } from "./on-demand.tsx";

const loadPanel = () => import("./bell-panel.tsx");
const BellPanel = lazy(loadPanel);

/** Whether something concerns the reader; what it is, when asked. */
export function Bell() {
  const { data } = useInfiniteQuery(notificationsQuery());
  const unread = data?.pages[0]?.unread ?? 0;
  return (
    <OnDemand kind="dialog" preload={loadPanel} button={(props) => <BellButton {...props} unread={unread} />}>
      <BellPanel />
    </OnDemand>
  );
}
