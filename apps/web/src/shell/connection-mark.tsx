import WifiOff from "lucide-react/icons/wifi-off";
import { useConnectionState } from "../realtime/index.ts";
import classes from "./connection-mark.module.css";

/** Says when the page has stopped hearing of changes; silent while all is well. */
export function ConnectionMark() {
  const state = useConnectionState();
  return (
    <span role="status" className={classes.place}>
      {state === "lost" && (
        <span className={classes.mark} title="Changes by others arrive again once the connection is back. What you do is still sent.">
          <WifiOff size={14} aria-hidden="true" />
          <span className={classes.text}>Reconnecting</span>
        </span>
      )}
      {state === "live" && <span className="g-hidden">Connected</span>}
    </span>
  );
}
