import { useNetwork } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import Info from "lucide-react/icons/info";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import WifiOff from "lucide-react/icons/wifi-off";
import type { ReactNode } from "react";
import { useMay, useSession } from "../api/session.ts";
import { RelativeTime } from "../kit/relative-time.tsx";
import classes from "./banners.module.css";
import { useSlug } from "./place.ts";

function Banner({ tone, icon, children }: { readonly tone: "warn" | "info"; readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <div className={classes.banner} data-tone={tone} role="status">
      {icon}
      <span>{children}</span>
    </div>
  );
}

/** What everybody here must know right now. */
export function Banners() {
  const { developerInProduction, developerLimited, mail, mode } = useSession();
  const { online } = useNetwork();
  const slug = useSlug();
  const mayReadOutbox = useMay("instance:outbox");
  return (
    <>
      {!online && (
        <Banner tone="warn" icon={<WifiOff size={15} aria-hidden="true" />}>
          You are offline. What is on the page stays readable; nothing can be saved until the network is back.
        </Banner>
      )}
      {developerInProduction !== null && (
        <Banner tone="warn" icon={<TriangleAlert size={15} aria-hidden="true" />}>
          Developers have their full power in production; it ends <RelativeTime at={developerInProduction.until} />.
        </Banner>
      )}
      {developerLimited && (
        <Banner tone="info" icon={<Info size={15} aria-hidden="true" />}>
          Your developer role is limited to building while this is a production system.
        </Banner>
      )}
      {mail === "outbox" && mode === "production" && mayReadOutbox && (
        <Banner tone="info" icon={<Info size={15} aria-hidden="true" />}>
          No mail server is set up, so invitations and password links wait in the <Link to={`/w/${slug}/outbox` as "/"}>outbox</Link>.
        </Banner>
      )}
    </>
  );
}
