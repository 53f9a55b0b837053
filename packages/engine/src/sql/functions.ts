interface FunctionShape {
  readonly minArguments: number;
  /** Undefined when any number of arguments is accepted. */
  readonly maxArguments?: number;
  readonly aggregate?: boolean;
}

/** The functions expressions may call. Anything else is refused before a statement is printed. */
export const FUNCTIONS = {
  all_true: { minArguments: 1, maxArguments: 1, aggregate: true },
  coalesce: { minArguments: 1 },
  concat: { minArguments: 1 },
  contains: { minArguments: 2, maxArguments: 2 },
  count: { minArguments: 1, maxArguments: 1, aggregate: true },
  count_rows: { minArguments: 0, maxArguments: 0, aggregate: true },
  date_trunc: { minArguments: 2, maxArguments: 2 },
  extract: { minArguments: 3, maxArguments: 3 },
  left: { minArguments: 2, maxArguments: 2 },
  length: { minArguments: 1, maxArguments: 1 },
  lower: { minArguments: 1, maxArguments: 1 },
  matches: { minArguments: 2, maxArguments: 2 },
  max: { minArguments: 1, maxArguments: 1, aggregate: true },
  min: { minArguments: 1, maxArguments: 1, aggregate: true },
  null_if: { minArguments: 2, maxArguments: 2 },
  position: { minArguments: 2, maxArguments: 2 },
  replace: { minArguments: 3, maxArguments: 3 },
  right: { minArguments: 2, maxArguments: 2 },
  sha256: { minArguments: 1, maxArguments: 1 },
  starts_with: { minArguments: 2, maxArguments: 2 },
  sum: { minArguments: 1, maxArguments: 1, aggregate: true },
  trim: { minArguments: 1, maxArguments: 1 },
  trim_right_chars: { minArguments: 2, maxArguments: 2 },
  upper: { minArguments: 1, maxArguments: 1 },
} as const satisfies Record<string, FunctionShape>;

export type FunctionName = keyof typeof FUNCTIONS;

/** Says what is wrong with a call, or undefined when it may be printed. */
export function findCallFault(name: string, argumentCount: number): string | undefined {
  if (!Object.hasOwn(FUNCTIONS, name)) return `the function ${name} is not allowed`;
  const shape: FunctionShape = FUNCTIONS[name as FunctionName];
  if (argumentCount < shape.minArguments) return `${name} needs at least ${shape.minArguments} arguments`;
  if (shape.maxArguments !== undefined && argumentCount > shape.maxArguments) return `${name} takes at most ${shape.maxArguments} arguments`;
  return undefined;
}
