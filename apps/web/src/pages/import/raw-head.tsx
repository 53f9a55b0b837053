import type { InspectedFile } from "@granary/protocol";
import classes from "./import.module.css";

interface RawHeadProps {
  readonly lines: readonly string[];
  readonly delimited: InspectedFile["facts"]["delimited"];
}

/** The front of a file by its lines; those that are no data stand back. */
export function RawHead({ lines, delimited }: RawHeadProps) {
  const headFrom = delimited?.skipLines ?? 0;
  const headTo = headFrom + (delimited?.headerRows ?? 0);
  const partOf = (index: number): string | undefined => (index < headFrom ? "skipped" : index < headTo ? "header" : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <div className={classes.raw} role="region" tabIndex={0} aria-label="First lines of the file">
      <ol className={classes.rawLines}>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <li key={index} data-part={partOf(index)}>
            {line === "" ? " " : line}
          </li>
        ))}
      </ol>
    </div>
  );
}
