import { arithmetic, call, caseWhen, cast, column, compare, type Expression, literal, type SqlType, structField, typedLiteral } from "@granary/engine";
import { problem } from "@granary/protocol";
import { bucketExpression, fieldsById, type IcebergSchema, parsePrimitive, parseTransform, type Primitive, type Transform } from "../iceberg/index.ts";

const LONG: SqlType = { kind: "bigint" };
const FIRST_YEAR = 1970;
const HOUR_MICROS = 3_600_000_000;

const number = (value: number): Expression => literal(value);

/** The greatest multiple of the width that is not above the value; the engine's own rest has the sign of the value. */
function floorTo(value: Expression, width: Expression): Expression {
  const rest = arithmetic(arithmetic(arithmetic(value, "%", width), "+", width), "%", width);
  return arithmetic(value, "-", rest);
}

/**
 * Whole numbers within one width of the least one may have their multiple beyond it: other engines go on from the greatest
 * number there, and so do we, since all must agree.
 */
function truncatedWhole(value: Expression, type: Primitive, width: number): Expression {
  const greatest = type.kind === "long" ? 2n ** 63n - 1n : 2n ** 31n - 1n;
  const last = -greatest - 2n + BigInt(width);
  const edge = literal(last + 1n);
  const next = floorTo(arithmetic(value, "+", number(width)), number(width));
  const beyond = arithmetic(literal(greatest), "-", arithmetic(literal(last), "-", next));
  const nearEdge = caseWhen([{ when: compare(next, "<", edge), then: beyond }], arithmetic(next, "-", number(width)));
  return caseWhen([{ when: compare(value, "<", edge), then: nearEdge }], floorTo(value, number(width)));
}

function truncated(value: Expression, type: Primitive, width: number): Expression {
  if (type.kind === "string") return call("left", value, number(width));
  if (type.kind === "binary") return call("decode_hex", call("left", call("encode_hex", value), number(width * 2)));
  if (type.kind !== "decimal") return truncatedWhole(value, type, width);
  const digits = String(width).padStart(type.scale + 1, "0");
  const text = type.scale === 0 ? digits : `${digits.slice(0, -type.scale)}.${digits.slice(-type.scale)}`;
  return floorTo(value, typedLiteral({ kind: "decimal", precision: 38, scale: type.scale }, text));
}

const yearsOf = (value: Expression): Expression => arithmetic(call("date_part", literal("year"), value), "-", number(FIRST_YEAR));

function monthsOf(value: Expression): Expression {
  const month = arithmetic(call("date_part", literal("month"), value), "-", number(1));
  return arithmetic(arithmetic(yearsOf(value), "*", number(12)), "+", month);
}

function hoursOf(value: Expression): Expression {
  return arithmetic(floorTo(call("epoch_micros", value), number(HOUR_MICROS)), "//", number(HOUR_MICROS));
}

type Apply = (value: Expression, type: Primitive, transform: Transform) => Expression;

const APPLY: Readonly<Record<Transform["kind"], Apply>> = {
  identity: (value) => value,
  void: () => cast(literal(null), { kind: "text" }),
  year: yearsOf,
  month: monthsOf,
  day: (value) => cast(value, { kind: "date" }),
  hour: hoursOf,
  truncate: (value, type, transform) => truncated(value, type, transform.kind === "truncate" ? transform.width : 1),
  bucket: (value, type, transform) => bucketExpression(value, type, transform.kind === "bucket" ? transform.buckets : 1),
};

/** What partitions and sort orders are made of: a column, or a part of a struct, and a transform of it. */
export interface TransformedSource {
  readonly "source-id": number;
  readonly transform: string;
}

/**
 * The transform of a column as the engine computes it, over columns named as in the schema. Whole numbers come as 64 bits.
 * Throws `lake.unsupported` for a transform or type we do not know.
 */
export function transformExpression(schema: IcebergSchema, source: TransformedSource): Expression {
  const field = fieldsById(schema).get(source["source-id"]);
  const transform = parseTransform(source.transform);
  if (transform?.kind === "void") return cast(literal(null), { kind: "text" });
  const type = parsePrimitive(field?.type);
  if (field === undefined || transform === undefined || type === undefined)
    throw problem("lake.unsupported", { reason: `its rows are laid out by ${source.transform} of the field ${source["source-id"]}` });
  const [top = "", ...inner] = field.path;
  const value = inner.reduce((parent, name) => structField(parent, name), column(top));
  const whole = type.kind === "int" && transform.kind !== "identity" ? cast(value, LONG) : value;
  return APPLY[transform.kind](whole, type, transform);
}
