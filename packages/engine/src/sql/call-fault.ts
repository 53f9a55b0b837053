import type { CallExpression, Expression } from "./expression.ts";
import { type Argument, type ArgumentKind, FUNCTIONS, type FunctionShape } from "./functions.ts";

/** Units a time can be cut to, measured in, or asked for. */
export const DATE_PARTS = [
  "microsecond",
  "millisecond",
  "second",
  "minute",
  "hour",
  "day",
  "day_of_week",
  "day_of_year",
  "week",
  "iso_year",
  "month",
  "quarter",
  "year",
  "decade",
  "century",
] as const;
export type DatePart = (typeof DATE_PARTS)[number];

/** Longest text that padding and repeating may make per value. */
export const MAX_TEXT_SIZE = 10_000;
const MAX_PLACE = 10_000;

type ConstantKind = Extract<ArgumentKind, "part" | "size" | "place">;

const CONSTANTS: { readonly [K in ConstantKind]: { readonly fits: (value: unknown) => boolean; readonly says: string } } = {
  part: { fits: (value) => DATE_PARTS.some((part) => part === value), says: `one of ${DATE_PARTS.join(", ")}` },
  size: {
    fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TEXT_SIZE,
    says: `a whole number from 0 to ${MAX_TEXT_SIZE}, written down`,
  },
  place: { fits: (value) => typeof value === "number" && value >= 0 && value <= MAX_PLACE, says: `a number from 0 to ${MAX_PLACE}, written down` },
};

const kindOf = (argument: Argument): ArgumentKind => argument.replace(/[?*]$/, "") as ArgumentKind;

function argumentAt({ takes }: FunctionShape, index: number): Argument | undefined {
  const last = takes.at(-1);
  return takes[index] ?? (last?.endsWith("*") === true ? last : undefined);
}

function countFault(name: string, shape: FunctionShape, count: number): string | undefined {
  const least = shape.takes.filter((argument) => !/[?*]$/.test(argument)).length;
  if (count < least) return `${name} needs at least ${least} arguments`;
  return count > 0 && argumentAt(shape, count - 1) === undefined ? `${name} takes at most ${shape.takes.length} arguments` : undefined;
}

function constantFault(name: string, argument: Argument, operand: Expression): string | undefined {
  const kind = kindOf(argument);
  if (kind !== "part" && kind !== "size" && kind !== "place") return undefined;
  const rule = CONSTANTS[kind];
  return operand.kind === "literal" && rule.fits(operand.value) ? undefined : `${name} needs ${rule.says}`;
}

const hasOptions = (call: CallExpression): boolean => call.distinct === true || call.filter !== undefined || (call.orderBy?.length ?? 0) > 0;

/** Says what is wrong with a call, or undefined when it may be printed. `inWindow`: it stands in a window expression. */
export function findCallFault(call: CallExpression, inWindow: boolean): string | undefined {
  const { name, operands } = call;
  if (!Object.hasOwn(FUNCTIONS, name)) return `the function ${name} is not allowed`;
  const shape: FunctionShape = FUNCTIONS[name];
  if (shape.use === "window" && !inWindow) return `${name} needs a window`;
  if (shape.use === "scalar" && inWindow) return `${name} cannot be used over a window`;
  if (shape.use !== "aggregate" && hasOptions(call)) return `${name} is no aggregate`;
  const fault = countFault(name, shape, operands.length);
  if (fault !== undefined) return fault;
  return operands.map((operand, index) => constantFault(name, argumentAt(shape, index) ?? "any", operand)).find((found) => found !== undefined);
}
