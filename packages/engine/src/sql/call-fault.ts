import type { CallExpression, Expression, LiteralValue } from "./expression.ts";
import type { Argument, ArgumentKind, FunctionShape } from "./function-shape.ts";
import { FUNCTIONS } from "./functions.ts";

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

type ConstantKind = Extract<ArgumentKind, "part" | "size" | "place" | "shares">;

interface ConstantRule {
  readonly fits: (value: unknown) => boolean;
  readonly says: string;
}

const isShare = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= 1;

const CONSTANTS: { readonly [K in ConstantKind]: ConstantRule } = {
  part: { fits: (value) => DATE_PARTS.some((part) => part === value), says: `one of ${DATE_PARTS.join(", ")}` },
  size: {
    fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TEXT_SIZE,
    says: `a whole number from 0 to ${MAX_TEXT_SIZE}, written down`,
  },
  place: { fits: (value) => typeof value === "number" && value >= 0 && value <= MAX_PLACE, says: `a number from 0 to ${MAX_PLACE}, written down` },
  shares: { fits: (value) => Array.isArray(value) && value.length > 0 && value.every(isShare), says: "a list of shares from 0 to 1, written down" },
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

/** The value, or values, an operand is written down as; undefined for anything computed. */
export function constantOf(operand: Expression): LiteralValue | readonly (LiteralValue | undefined)[] | undefined {
  if (operand.kind === "literal") return operand.value;
  if (operand.kind !== "call" || operand.name !== "list_of") return undefined;
  return operand.operands.map((part) => (part.kind === "literal" ? part.value : undefined));
}

function constantFault(name: string, argument: Argument, operand: Expression): string | undefined {
  const kind = kindOf(argument);
  if (!Object.hasOwn(CONSTANTS, kind)) return undefined;
  const rule = CONSTANTS[kind as ConstantKind];
  return rule.fits(constantOf(operand)) ? undefined : `${name} needs ${rule.says}`;
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
