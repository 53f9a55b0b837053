import Circle from "lucide-react/icons/circle";
import FileLock from "lucide-react/icons/file-lock";
import Eye from "lucide-react/icons/eye";
import History from "lucide-react/icons/history";
import Fingerprint from "lucide-react/icons/fingerprint-pattern";
import GitPullRequestArrow from "lucide-react/icons/git-pull-request-arrow";
import House from "lucide-react/icons/house";
import KeyRound from "lucide-react/icons/key-round";
import ListChecks from "lucide-react/icons/list-checks";
import Mails from "lucide-react/icons/mails";
import Settings from "lucide-react/icons/settings";
import ShieldCheck from "lucide-react/icons/shield-check";
import Plug from "lucide-react/icons/plug";
import SquareTerminal from "lucide-react/icons/square-terminal";
import Table2 from "lucide-react/icons/table-2";
import Users from "lucide-react/icons/users";
import UsersRound from "lucide-react/icons/users-round";
import Workflow from "lucide-react/icons/workflow";

const ICONS = {
  "git-pull-request-arrow": GitPullRequestArrow,
  house: House,
  "fingerprint-pattern": Fingerprint,
  "table-2": Table2,
  "square-terminal": SquareTerminal,
  users: Users,
  "users-round": UsersRound,
  "file-lock": FileLock,
  "shield-check": ShieldCheck,
  "key-round": KeyRound,
  history: History,
  eye: Eye,
  "list-checks": ListChecks,
  settings: Settings,
  mails: Mails,
  plug: Plug,
  workflow: Workflow,
} as const;

/** The icon a place of the navigation names. */
export function NavIcon({ name, size = 16 }: { readonly name: string; readonly size?: number }) {
  const Icon = name in ICONS ? ICONS[name as keyof typeof ICONS] : Circle;
  return <Icon size={size} strokeWidth={1.75} aria-hidden="true" />;
}
