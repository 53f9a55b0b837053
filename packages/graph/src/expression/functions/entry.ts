export type FunctionKind = "scalar" | "aggregate" | "window";

/** What an argument may be; `T` is the same type wherever it stands, `E` that of a list's elements. */
export const PARAMETER_TYPES = [
  "any",
  "T",
  "text",
  "integer",
  "number",
  "boolean",
  "binary",
  "json",
  "date",
  "timestamp",
  "timestamptz",
  /** A date or time stamp of any kind. */
  "moment",
  "interval",
  "list",
  /** A list of numbers. */
  "numbers",
  "E",
  /** A unit of time such as 'month', written down. */
  "unit",
  /** A unit of time that can be added. */
  "span",
  /** A whole number up to 10,000, written down. */
  "size",
  /** A text that is written down. */
  "format",
  /** Some other text that is written down. */
  "written",
  /** A share from 0 to 1, written down. */
  "share",
] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** What a function answers: a type, or one made of its arguments' types. */
export type ReturnRule =
  | "text"
  | "integer"
  | "number"
  | "boolean"
  | "binary"
  | "json"
  | "date"
  | "time"
  | "timestamp"
  | "timestamptz"
  | "interval"
  | "text[]"
  | "T"
  | "T[]"
  | "E"
  | "same"
  | "whole"
  | "sum"
  | "middle";

export interface FunctionParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly isOptional: boolean;
  /** May be repeated. */
  readonly isMany: boolean;
}

/** A function of the library: how it is called, what it says to people, and one call with its answer. */
export interface FunctionEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly category: string;
  readonly kind: FunctionKind;
  readonly parameters: readonly FunctionParameter[];
  readonly returns: ReturnRule;
  readonly signature: string;
  readonly description: string;
  /** Aggregates and windows are over the rows of `FUNCTION_SAMPLE`. */
  readonly example: string;
  /** As text; `null` for none. Windows: of the second row. */
  readonly result: string;
}

type Row = readonly [signature: string, description: string, example: string, result: string, aliases?: string];

const SIGNATURE = /^(\w+)\((.*)\): ([\w[\]]+)$/;
const PARAMETER = /^(\w+): (\w+)([?*]?)$/;

function parameterOf(text: string): FunctionParameter {
  const [, name = "", type = "any", mark = ""] = PARAMETER.exec(text) ?? [];
  return { name, type: type as ParameterType, isOptional: mark !== "", isMany: mark === "*" };
}

/** How people read a signature: `pad_left(text, length, fill) -> text`. */
function shown(name: string, parameters: readonly FunctionParameter[], returns: string): string {
  const names = parameters.map((each) => (each.isMany ? `${each.name}...` : each.isOptional ? `[${each.name}]` : each.name));
  const answers: Readonly<Record<string, string>> = {
    T: "same type",
    "T[]": "list",
    "text[]": "list",
    E: "element",
    same: "same type",
    whole: "same type",
    sum: "same type",
    middle: "number",
  };
  return `${name}(${names.join(", ")}) -> ${answers[returns] ?? returns}`;
}

/** Makes entries of rows: `name(argument: type, other: type?): answer`, what it does, an example, its result, other names. */
export function entries(category: string, kind: FunctionKind, rows: readonly Row[]): readonly FunctionEntry[] {
  return rows.map(([text, description, example, result, aliases = ""]) => {
    const [, name = "", inside = "", returns = "text"] = SIGNATURE.exec(text) ?? [];
    const parameters = inside === "" ? [] : inside.split(", ").map(parameterOf);
    const signature = shown(name, parameters, returns);
    const others = aliases === "" ? [] : aliases.split(" ");
    return { name, aliases: others, category, kind, parameters, returns: returns as ReturnRule, signature, description, example, result };
  });
}
