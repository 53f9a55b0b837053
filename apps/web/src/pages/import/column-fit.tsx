import type { Dataset, InspectedFile, NewColumns } from "@granary/protocol";
import { NativeSelect, Radio } from "@mantine/core";
import { type Draft, matchColumns, nameOf } from "./draft.ts";
import classes from "./import.module.css";

interface ColumnFitProps {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly inspected: InspectedFile;
  readonly target: Dataset;
}

const LISTED = 6;

const listed = (names: readonly string[]): string =>
  names.length <= LISTED ? names.join(", ") : `${names.slice(0, LISTED).join(", ")} and ${names.length - LISTED} more`;

/** How the file's columns fit the dataset's, and what becomes of those that do not. */
export function ColumnFit({ draft, onDraft, inspected, target }: ColumnFitProps) {
  const { added, missing } = matchColumns(draft, inspected.columns, target);
  if (added.length === 0 && missing.length === 0) return <p className={classes.soft}>The file has exactly the columns of the dataset.</p>;
  const free = missing.filter((name) => !Object.values(draft.mapping).includes(name));
  return (
    <>
      {missing.length > 0 && <p className={classes.soft}>Not in the file, so empty in its rows: {listed(missing)}.</p>}
      {added.length > 0 && (
        <Radio.Group
          label={`The dataset does not have ${listed(added.map((column) => nameOf(draft, column)))}`}
          value={draft.onNewColumns}
          onChange={(value) => onDraft({ ...draft, onNewColumns: value as NewColumns })}
        >
          <div className={classes.radios}>
            <Radio value="evolve" label="Add them to the dataset; earlier rows are empty there" />
            <Radio value="map" label="They are other names for columns it has, or stay out" />
            <Radio value="refuse" label="Do not load such a file" />
          </div>
        </Radio.Group>
      )}
      {added.length > 0 && draft.onNewColumns === "map" && (
        <div className={classes.mapping}>
          {added.map(({ source }) => {
            const own = draft.mapping[source];
            const offered = own === undefined || own === "" ? free : [own, ...free];
            return (
              <NativeSelect
                key={source}
                size="xs"
                label={source}
                value={own === undefined ? "?" : own === "" ? "-" : `=${own}`}
                data={[{ value: "?", label: "Choose" }, { value: "-", label: "Leave it out" }, ...offered.map((name) => ({ value: `=${name}`, label: name }))]}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  const { [source]: _before, ...others } = draft.mapping;
                  onDraft({ ...draft, mapping: value === "?" ? others : { ...others, [source]: value === "-" ? "" : value.slice(1) } });
                }}
              />
            );
          })}
        </div>
      )}
    </>
  );
}
