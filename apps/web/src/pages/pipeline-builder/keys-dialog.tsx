import { Modal } from "@mantine/core";
import classes from "./builder.module.css";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "Search the nodes that can be added; Enter adds the first"],
  ["← →", "Go along the edges"],
  ["↑ ↓", "Go to the node above or below"],
  ["Enter", "Open the settings of the node"],
  ["C", "Connect the node to another"],
  ["Delete", "Delete what is chosen"],
  ["F", "Show all of it"],
  ["Ctrl A", "Choose everything"],
  ["Ctrl C, X, V", "Copy, cut and paste, also between pipelines"],
  ["Ctrl D", "Duplicate"],
  ["Ctrl Z, Ctrl Shift Z", "Undo, redo"],
  ["Ctrl S", "Save"],
  ["Shift and drag", "Choose several nodes"],
];

/** The keys of the builder. */
export function KeysDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys of the builder">
      <dl className={classes.keys}>
        {KEYS.map(([keys, text]) => (
          <div key={keys}>
            <dt>{text}</dt>
            <dd>{keys}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
