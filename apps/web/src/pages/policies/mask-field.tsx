import { MASK_KINDS, MASKS } from "@granary/protocol";
import { Autocomplete } from "@mantine/core";

interface MaskFieldProps {
  /** In its short form. */
  readonly value: string;
  readonly onChange: (mask: string) => void;
  readonly size?: "xs";
}

/** A mask in its short form, with an example of what it shows. */
export function MaskField({ value, onChange, size }: MaskFieldProps) {
  const kind = value.split(":")[0] ?? "";
  const known = MASK_KINDS.find((name) => name === (kind === "custom" ? "regex" : kind));
  const example = known === undefined ? undefined : MASKS[known].example;
  return (
    <Autocomplete
      label="Mask"
      {...(size !== undefined && { size })}
      description={example === undefined ? "Such as email, numeric_round:2, constant:hidden or custom:\\d+" : `${example.value} is shown as ${example.shown}`}
      data={MASK_KINDS.filter((name) => name !== "regex" && name !== "constant").map((name) =>
        name === "numeric_round" ? "numeric_round:2" : name === "date_truncate" ? "date_truncate:month" : name,
      )}
      value={value}
      onChange={onChange}
    />
  );
}
