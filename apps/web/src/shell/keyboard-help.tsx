import { Modal } from "@mantine/core";
import { useSession } from "../api/session.ts";
import classes from "./keyboard-help.module.css";
import { GO_KEYS } from "./shortcuts.ts";

const EVERYWHERE: readonly (readonly [keys: readonly string[], text: string])[] = [
  [["Ctrl", "K"], "Search or go anywhere"],
  [["/"], "Search on this page"],
  [["["], "Fold or unfold the sidebar"],
  [["?"], "Show this list"],
  [["Esc"], "Close what is open"],
];

/** Every shortcut there is. */
export default function KeyboardHelp({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const { navigation } = useSession();
  const places = Object.entries(GO_KEYS).flatMap(([key, id]) => navigation.filter((item) => item.id === id).map((item) => [["g", key], item.title] as const));
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size="lg">
      <div className={classes.columns}>
        <Part title="Everywhere" rows={EVERYWHERE} />
        <Part title="Go to" rows={places} />
      </div>
    </Modal>
  );
}

function Part({ title, rows }: { readonly title: string; readonly rows: readonly (readonly [keys: readonly string[], text: string])[] }) {
  return (
    <section>
      <h3 className={classes.title}>{title}</h3>
      <dl className={classes.list}>
        {rows.map(([keys, text]) => (
          <div key={text} className={classes.row}>
            <dt>{text}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key} className={classes.key}>
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
