import { Modal } from "@mantine/core";
import classes from "./diff.module.css";

const KEYS: readonly (readonly [keys: readonly string[], text: string])[] = [
  [["j", "k"], "Next and previous changed row"],
  [["n", "p"], "Next and previous changed cell"],
  [["]", "["], "Next and previous column with changes"],
  [["Enter"], "Open the row with every cell whole"],
  [["x"], "Choose the row, to leave it out or split it off"],
  [["c"], "Comment on the cell"],
  [["u"], "One above the other, or split"],
  [["f"], "Search in the changes"],
  [["a"], "Approve"],
  [["g", "…"], "Go to another place, as on every page"],
];

/** The keys of a review. */
export function DiffKeysHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Keys of the review" size="md">
      <dl className={classes.keys}>
        {KEYS.map(([keys, text]) => (
          <div key={text}>
            <dt>{text}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
