import { and, arithmetic, between, call, caseWhen, cast, compare, type Expression, isNull, literal, type SqlType, typedLiteral } from "@granary/engine";
import type { Mask } from "@granary/protocol";

/** What a whole or decimal number is rounded with: numbers of its own type, so that no step leaves the type. */
interface Steps {
  readonly step: Expression;
  readonly half: Expression;
  readonly minusHalf: Expression;
  /** Beyond these the next step is outside of the type. */
  readonly highest: Expression;
  readonly lowest: Expression;
}

const LARGEST = { integer: 2n ** 31n - 1n, bigint: 2n ** 63n - 1n } as const;

function stepsOf(type: SqlType, digits: number): Steps | undefined {
  const step = 10n ** BigInt(digits);
  const steps = (highest: bigint, write: (value: bigint) => Expression): Steps => ({
    step: write(step),
    half: write(step / 2n),
    minusHalf: write(-step / 2n),
    highest: write(highest),
    lowest: write(-highest),
  });
  if (type.kind === "integer" || type.kind === "bigint") return step > LARGEST[type.kind] ? undefined : steps(LARGEST[type.kind] - step, literal);
  if (type.kind !== "decimal" || digits >= type.precision - type.scale) return undefined;
  const { precision, scale } = type;
  return steps(10n ** BigInt(precision - scale) - 2n * step, (value) => typedLiteral({ kind: "decimal", precision, scale }, String(value)));
}

/** Half away from zero; towards zero where the type ends. */
function roundedBy(value: Expression, { step, half, minusHalf, highest, lowest }: Steps): Expression {
  const rest = arithmetic(value, "%", step);
  const cut = arithmetic(value, "-", rest);
  const isUp = and(compare(rest, ">=", half), compare(cut, "<=", highest));
  const isDown = and(compare(rest, "<=", minusHalf), compare(cut, ">=", lowest));
  return caseWhen(
    [
      { when: isUp, then: arithmetic(cut, "+", step) },
      { when: isDown, then: arithmetic(cut, "-", step) },
    ],
    cut,
  );
}

/** Rounds a number and keeps its type; what is no finite number becomes 0. Undefined for other types. */
export function roundNumber(value: Expression, type: SqlType, digits: number): Expression | undefined {
  if (type.kind === "float" || type.kind === "double") return cast(call("round", value, literal(-digits)), type);
  if (type.kind !== "integer" && type.kind !== "bigint" && type.kind !== "decimal") return undefined;
  const steps = stepsOf(type, digits);
  const rounded = steps === undefined ? caseWhen([{ when: isNull(value), then: literal(null) }], literal(0)) : roundedBy(value, steps);
  return cast(rounded, type);
}

/** Dates outside of these, and infinite ones, become missing: the engine fails to cut them. */
const FIRST_DAY = "4713-01-01 (BC)";
const LAST_DAY = "9999-12-31";

/** Cuts a date or timestamp and keeps its type. Undefined for other types. */
export function truncateDate(value: Expression, type: SqlType, unit: Extract<Mask, { kind: "date_truncate" }>["unit"]): Expression | undefined {
  const { kind } = type;
  if (kind !== "date" && kind !== "timestamp" && kind !== "timestamptz") return undefined;
  const time = { date: "", timestamp: " 00:00:00", timestamptz: " 00:00:00+00" }[kind];
  const day = (text: string): Expression => typedLiteral({ kind }, `${text}${time}`);
  const cut = cast(call("date_trunc", literal(unit), value), type);
  return caseWhen([{ when: between(value, day(FIRST_DAY), day(LAST_DAY)), then: cut }], cast(literal(null), type));
}
