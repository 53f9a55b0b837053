import type { FileColumnOptions, InspectedColumn } from "@granary/protocol";

type Reading = InspectedColumn["reading"];

/** What is said of a column's type: everything but its name. */
export type TypeOptions = Omit<FileColumnOptions, "name" | "skip">;

export interface TypeChoice {
  readonly value: string;
  readonly label: string;
  readonly options: TypeOptions;
}

const NAMES: Readonly<Record<string, string>> = {
  text: "Text",
  bigint: "Integer",
  integer: "Integer",
  double: "Number",
  float: "Number",
  boolean: "True or false",
  date: "Date",
  time: "Time",
  timestamp: "Date and time",
  timestamptz: "Instant",
  uuid: "UUID",
  binary: "Bytes",
};

/** A type as people call it: `decimal(18,2)` is "Decimal, 2 places". */
export function typeName(type: string): string {
  const places = /^decimal\(\d+,\s*(\d+)\)$/.exec(type)?.[1];
  if (places !== undefined) return `Decimal, ${places} places`;
  return NAMES[type] ?? (type.startsWith("list") ? "List" : type.startsWith("struct") ? "Object" : type);
}

const TYPED: readonly TypeChoice[] = [
  { value: "text", label: "Text", options: { type: "text" } },
  { value: "integer", label: "Integer", options: { type: "integer" } },
  { value: "decimal(18,2)", label: "Decimal, 2 places", options: { type: "decimal(18,2)" } },
  { value: "decimal(38,9)", label: "Decimal, 9 places", options: { type: "decimal(38,9)" } },
  { value: "number", label: "Number (floating point)", options: { type: "number" } },
  { value: "boolean", label: "True or false", options: { type: "boolean" } },
  { value: "date", label: "Date, 2026-01-31", options: { type: "date" } },
  { value: "%d/%m/%Y", label: "Date, 31/01/2026", options: { type: "date", format: "%d/%m/%Y" } },
  { value: "%m/%d/%Y", label: "Date, 01/31/2026", options: { type: "date", format: "%m/%d/%Y" } },
  { value: "%d.%m.%Y", label: "Date, 31.01.2026", options: { type: "date", format: "%d.%m.%Y" } },
  { value: "timestamp", label: "Date and time", options: { type: "timestamp" } },
  { value: "timestamptz", label: "Instant, with its zone", options: { type: "timestamptz" } },
  { value: "time", label: "Time", options: { type: "time" } },
  { value: "uuid", label: "UUID", options: { type: "uuid" } },
];

const SENT: Readonly<Record<string, string>> = { bigint: "integer", double: "number", float: "number" };

/** A reading that was offered, as options that ask for it. */
function optionsOf({ type, nullTokens, decimal, thousands, format }: Reading): TypeOptions {
  return {
    type: SENT[type] ?? type,
    ...(nullTokens.length === 0 ? {} : { nullTokens }),
    ...(decimal === null ? {} : { decimal: decimal as "." | ",", thousands: thousands ?? "" }),
    ...(format === null ? {} : { format }),
  };
}

function readingName({ type, nullTokens, decimal, format }: Reading): string {
  const style = format === null ? (decimal === null ? "" : ` with “${decimal}”`) : ` as ${format}`;
  const missing = nullTokens.length === 0 ? "" : ", some texts as missing";
  return `${typeName(type)}${style}${missing}`;
}

/** The types a column may be given: first what was detected, then the readings that fit as well, then all. */
export function typeChoices(column: InspectedColumn, said: FileColumnOptions | undefined): readonly TypeChoice[] {
  const offered = column.alternatives.map(
    (reading, index): TypeChoice => ({ value: `fits-${index}`, label: `${readingName(reading)} (fits)`, options: optionsOf(reading) }),
  );
  const detected = said?.type === undefined && said?.format === undefined ? `${typeName(column.type)} (detected)` : "As detected";
  return [{ value: "", label: detected, options: {} }, ...offered, ...TYPED];
}

const NOTHING = { type: undefined, format: undefined, decimal: undefined, thousands: undefined, nullTokens: undefined } satisfies Record<
  keyof TypeOptions,
  undefined
>;

/** The change that makes a choice: whatever another one said of the type is taken back. */
export const typeChange = (choices: readonly TypeChoice[], value: string): Partial<Record<keyof TypeOptions, unknown>> => ({
  ...NOTHING,
  ...choices.find((choice) => choice.value === value)?.options,
});

const keyOf = (options: TypeOptions): string => JSON.stringify(Object.entries(options).toSorted(([left], [right]) => left.localeCompare(right)));

/** The choice that was made; one of its own where the options are none of the list. */
export function chosenType(choices: readonly TypeChoice[], said: FileColumnOptions | undefined): string {
  const { name: _name, skip: _skip, ...options } = said ?? {};
  return choices.find((choice) => keyOf(choice.options) === keyOf(options))?.value ?? "";
}
