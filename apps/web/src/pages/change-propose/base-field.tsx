import type { DatasetVersion } from "@granary/protocol";
import { Select } from "@mantine/core";
import { useFormat } from "../../kit/format.tsx";
import classes from "./propose.module.css";

interface BaseFieldProps {
  /** What the file's name tells of its download; undefined where it tells nothing. */
  readonly said: string | undefined;
  /** The download is of another dataset. */
  readonly isForeign: boolean;
  /** Only a part of the rows or columns was downloaded. */
  readonly isPartial: boolean;
  readonly versions: readonly DatasetVersion[];
  readonly newest: number;
  readonly base: string | undefined;
  readonly onBase: (base: string | undefined) => void;
}

/** Which version the file was made of: told by its download, or chosen. */
export function BaseField({ said, isForeign, isPartial, versions, newest, base, onBase }: BaseFieldProps) {
  const format = useFormat();
  const options = versions
    .filter(({ number }) => number < newest)
    .map(({ number, at }) => ({ value: String(number), label: `Version ${number}, ${format.moment(at)}` }));
  return (
    <div className={classes.choices}>
      {said !== undefined && (
        <p className={classes.evidence}>
          {said} {isPartial && "A part of it was downloaded; what was not is left as it is."}
        </p>
      )}
      {isForeign && <p className={classes.warning}>By its name this file was downloaded from another dataset. Look twice whether it is the right one.</p>}
      <Select
        label="It was made of"
        description="What others changed since then is kept, and shown where it does not fit."
        data={[{ value: "", label: said === undefined ? `The newest version, ${newest}` : "What its download says" }, ...options]}
        value={base ?? ""}
        allowDeselect={false}
        onChange={(value) => onBase(value === null || value === "" ? undefined : value)}
      />
    </div>
  );
}
