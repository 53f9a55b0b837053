import { arithmetic, call, caseWhen, cast, compare, type Expression, listReduce, listTransform, literal, parameter, type SqlType } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { Primitive } from "../iceberg/index.ts";

const LONG: SqlType = { kind: "bigint" };
const TWO_TO_32 = 2 ** 32;

const number = (value: number): Expression => literal(value);
const xor = (left: Expression, right: Expression): Expression => call("bitwise_xor", left, right);

/** The lowest 32 bits, as a number that is not negative. */
function low32(value: Expression): Expression {
  return arithmetic(arithmetic(arithmetic(value, "%", number(TWO_TO_32)), "+", number(TWO_TO_32)), "%", number(TWO_TO_32));
}

/** Times a constant, in 32 bits; taken as a signed number the constant keeps the product within 64. */
const times = (value: Expression, factor: number): Expression => low32(arithmetic(value, "*", number(factor | 0)));

/** Rotating 32 bits to the left is multiplying modulo 2^32 - 1, but for the value that is its own modulus; this form holds for all. */
function rotate(value: Expression, by: number): Expression {
  const shifted = arithmetic(arithmetic(value, "*", number(2 ** by)), "-", number(1));
  return arithmetic(arithmetic(shifted, "%", number(TWO_TO_32 - 1)), "+", number(1));
}

const mix = (block: Expression): Expression => times(rotate(times(block, 0xcc9e2d51), 15), 0x1b873593);

const withBlock = (hash: Expression, block: Expression): Expression =>
  low32(arithmetic(arithmetic(rotate(xor(hash, mix(block)), 13), "*", number(5)), "+", number(0xe6546b64)));

const shifted = (hash: Expression, by: number): Expression => xor(hash, arithmetic(hash, "//", number(2 ** by)));

/** The last steps name the hash twice each, so they run over a list of their numbers instead of being written inside each other. */
function finish(hash: Expression): Expression {
  const [step, value] = [parameter("step"), parameter("hash")];
  const isStep = (which: number): Expression => compare(step, "=", number(which));
  const body = caseWhen(
    [
      { when: isStep(1), then: times(shifted(value, 16), 0x85ebca6b) },
      { when: isStep(2), then: times(shifted(value, 13), 0xc2b2ae35) },
    ],
    shifted(value, 16),
  );
  const steps = call("list_of", ...[1, 2, 3].map((which) => cast(number(which), LONG)));
  return listReduce(steps, hash, { accumulator: "hash", parameter: "step", body });
}

interface Bytes {
  /** Whole blocks of four bytes, least first, as numbers. */
  readonly blocks: Expression;
  /** What is left over. */
  readonly tail: Expression;
  readonly length: Expression;
}

function bytesOfLong(value: Expression): Bytes {
  const whole = cast(value, LONG);
  const low = low32(whole);
  const high = low32(arithmetic(arithmetic(whole, "-", low), "//", number(TWO_TO_32)));
  return { blocks: call("list_of", low, high), tail: number(0), length: number(8) };
}

/** Two digits per byte, the last byte being the highest. */
function valueOfHex(hex: Expression, bytes: number): Expression {
  const pairs = Array.from({ length: bytes }, (_, index) => call("substring", hex, number((bytes - index) * 2 - 1), number(2)));
  return cast(call("concat", literal("0x0"), ...pairs), LONG);
}

function bytesOfHex(hex: Expression): Bytes {
  const digits = call("length", hex);
  const blocks = listTransform(call("regex_extract_all", hex, literal(".{8}")), "block", valueOfHex(parameter("block"), 4));
  const rest = call("right", hex, arithmetic(digits, "%", number(8)));
  return { blocks, tail: valueOfHex(rest, 3), length: arithmetic(digits, "//", number(2)) };
}

/** Decimals of more digits do not fit the integers the engine can spell in bytes. */
const MAX_HASHED_DIGITS = 18;

/** A decimal's digits as a whole number in two's complement, without leading bytes that only repeat the sign. */
function bytesOfDecimal(value: Expression): Bytes {
  const digits = cast(call("replace", cast(value, { kind: "text" }), literal("."), literal("")), LONG);
  const hex = call("pad_left", call("encode_hex", digits), number(16), literal("0"));
  const positive = call("regex_extract", hex, literal("^(00)*([0-7].(..)*)$"), number(2));
  const negative = call("regex_extract", hex, literal("^(FF)*([89A-F].(..)*)$"), number(2));
  return bytesOfHex(caseWhen([{ when: compare(digits, "<", number(0)), then: negative }], positive));
}

function bytesOf(value: Expression, type: Primitive): Bytes {
  if (type.kind === "decimal" && type.precision <= MAX_HASHED_DIGITS) return bytesOfDecimal(value);
  switch (type.kind) {
    case "int":
    case "long":
      return bytesOfLong(value);
    case "date":
      return bytesOfLong(arithmetic(call("epoch_micros", cast(value, { kind: "timestamp" })), "//", number(86_400_000_000)));
    case "time":
    case "timestamp":
    case "timestamptz":
      return bytesOfLong(call("epoch_micros", value));
    case "string":
      return bytesOfHex(call("encode_hex", call("encode_utf8", value)));
    case "binary":
    case "fixed":
      return bytesOfHex(call("encode_hex", value));
    case "uuid":
      return bytesOfHex(call("replace", cast(value, { kind: "text" }), literal("-"), literal("")));
    default:
      throw problem("lake.unsupported", { reason: `its rows are spread over buckets of a ${type.kind} column that is too wide for that here` });
  }
}

/** The bucket of a value as the specification computes it (appendix B: MurmurHash3, 32 bits, seed 0); null for null. */
export function bucketOf(value: Expression, type: Primitive, buckets: number): Expression {
  const { blocks, tail, length } = bytesOf(value, type);
  const body = withBlock(parameter("hash"), parameter("block"));
  const hash = listReduce(blocks, cast(number(0), LONG), { accumulator: "hash", parameter: "block", body });
  const finished = finish(xor(xor(hash, mix(tail)), length));
  return arithmetic(arithmetic(finished, "%", number(2 ** 31)), "%", number(buckets));
}
