import { decimalOf, GRAPH_TYPES, type GraphType } from "@granary/protocol";
import { Autocomplete } from "@mantine/core";
import { useState } from "react";
import { useFaultText, usePanel } from "../panels/panel-context.ts";

const COMMON = [...GRAPH_TYPES, "decimal(18,2)", "decimal(18,4)", "decimal(38,10)"];
const isType = (text: string): text is GraphType => (GRAPH_TYPES as readonly string[]).includes(text) || decimalOf(text) !== undefined;

interface TypeSelectProps {
  readonly path: string;
  readonly spoken: string;
  readonly value: GraphType;
  readonly onChange: (type: GraphType) => void;
}

/** A column's type; decimals can be written with their digits. What is no type is not kept. */
export function TypeSelect({ path, spoken, value, onChange }: TypeSelectProps) {
  const { mayEdit } = usePanel();
  const error = useFaultText(path);
  const [typed, setTyped] = useState<string>();
  const shown = typed ?? value;
  const own = isType(shown) ? error : "No type: text, integer, decimal(18,2) …";
  return (
    <Autocomplete
      size="xs"
      data-path={path}
      aria-label={spoken}
      readOnly={!mayEdit}
      data={COMMON}
      value={shown}
      filter={({ options, search }) => (search === value ? options : options.filter((option) => "value" in option && option.value.includes(search)))}
      onChange={(text) => {
        setTyped(text);
        if (isType(text)) onChange(text);
      }}
      onBlur={() => setTyped(undefined)}
      {...(own === undefined ? {} : { error: own })}
    />
  );
}
