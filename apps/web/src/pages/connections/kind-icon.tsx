import type { ConnectorKind } from "@granary/protocol";
import Braces from "lucide-react/icons/braces";
import Cloud from "lucide-react/icons/cloud";
import Database from "lucide-react/icons/database";
import FolderOpen from "lucide-react/icons/folder-open";
import Globe from "lucide-react/icons/globe";
import Server from "lucide-react/icons/server";
import classes from "./connections.module.css";

const ICONS = { postgresql: Database, mysql: Database, s3: Cloud, sftp: Server, http: Globe, rest: Braces, folder: FolderOpen } as const satisfies Record<
  ConnectorKind,
  unknown
>;

/** The picture of a kind of system. */
export function KindIcon({ kind, size = 18 }: { readonly kind: ConnectorKind; readonly size?: number }) {
  const Icon = ICONS[kind];
  return (
    <span className={classes.kindIcon} data-large={size > 18 || undefined} aria-hidden="true">
      <Icon size={size} strokeWidth={1.75} />
    </span>
  );
}
