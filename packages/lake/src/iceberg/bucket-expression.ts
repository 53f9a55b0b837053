import {
  arithmetic,
  between,
  call,
  cast,
  caseWhen,
  type Expression,
  isNull,
  listReduce,
  listTransform,
  literal,
  parameter,
  type SqlType,
  typedLiteral,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import type { Primitive } from "./primitive.ts";

/*
 * MurmurHash3 (32 bits, seed 0) in the engine's 64-bit arithmetic. Products stay below 2^63 because the larger factors are
 * taken modulo 2^32 on the negative side; a rotation is a remainder by 2^32 - 1, which needs its operand only once.
 */
const WORD = 2 ** 32;
const LONG: SqlType = { kind: "bigint" };
const HEX_PER_BLOCK = 8;
const MAX_DECIMAL_BYTES = 8;
const MAX_DECIMAL_DIGITS = 18;

const number = (value: number | bigint): Expression => literal(value);
const add = (left: Expression, right: Expression): Expression => arithmetic(left, "+", right);
const times = (left: Expression, factor: number | bigint): Expression => arithmetic(left, "*", number(factor));
const by = (left: Expression, divisor: number | bigint): Expression => arithmetic(left, "//", number(divisor));
const rest = (left: Expression, divisor: number | bigint): Expression => arithmetic(left, "%", number(divisor));
const xor = (left: Expression, right: Expression): Expression => call("bits_xor", left, right);

/** Towards the non-negative side, whatever the sign of the value. */
const modulo = (value: Expression, divisor: number): Expression => rest(add(rest(value, divisor), number(divisor)), divisor);
const multiply = (value: Expression, factor: number): Expression => modulo(times(value, factor >= 2 ** 31 ? factor - WORD : factor), WORD);
const rotate = (value: Expression, bits: number): Expression => add(rest(arithmetic(times(value, 2 ** bits), "-", number(1)), WORD - 1), number(1));

const mix = (block: Expression): Expression => multiply(rotate(multiply(block, 0xcc9e2d51), 15), 0x1b873593);
const withBlock = (hash: Expression, block: Expression): Expression => rest(add(times(rotate(xor(hash, mix(block)), 13), 5), number(0xe6546b64)), WORD);
const fold = (value: Expression, bits: number): Expression => xor(value, by(value, 2 ** bits));
const finish = (hash: Expression, bytes: Expression): Expression => fold(multiply(fold(multiply(fold(xor(hash, bytes), 16), 0x85ebca6b), 13), 0xc2b2ae35), 16);

/** Computes a value once for a body that needs it several times. */
const bind = (value: Expression, name: string, body: (bound: Expression) => Expression): Expression =>
  call("list_element", listTransform(call("list_of", value), name, body(parameter(name))), number(1));

/** The hash of a whole number as the 8 bytes of a long. */
function hashLong(value: Expression): Expression {
  const low = modulo(value, WORD);
  const high = modulo(by(arithmetic(value, "-", low), WORD), WORD);
  return bind(withBlock(withBlock(number(0), low), high), "granary_hash", (hash) => finish(hash, number(8)));
}

/** A block of 8 hexadecimal digits as a little-endian number. */
function blockOf(digits: Expression): Expression {
  const pairs = [7, 5, 3, 1].map((from) => call("substring", digits, number(from), number(2)));
  return cast(call("concat", literal("0x"), ...pairs), LONG);
}

/** The hash of bytes given as hexadecimal digits. Missing digits of the last block count as zeros, and a block of zeros changes nothing. */
function hashHex(hex: Expression): Expression {
  return bind(hex, "granary_hex", (digits) => {
    const length = call("length", digits);
    const blocks = call("regex_extract_all", digits, literal(`.{${HEX_PER_BLOCK}}`));
    const whole = listReduce(listTransform(blocks, "granary_digits", blockOf(parameter("granary_digits"))), cast(number(0), LONG), {
      accumulator: "granary_sum",
      parameter: "granary_block",
      body: withBlock(parameter("granary_sum"), parameter("granary_block")),
    });
    const tail = call("pad_right", call("right", digits, rest(length, HEX_PER_BLOCK)), number(HEX_PER_BLOCK), literal("0"));
    return bind(xor(whole, mix(blockOf(tail))), "granary_hash", (hash) => finish(hash, by(length, 2)));
  });
}

/** How many bytes a number takes in two's complement. */
function bytesNeeded(value: Expression): Expression {
  const sizes = Array.from({ length: MAX_DECIMAL_BYTES - 1 }, (_, index) => index + 1);
  const branches = sizes.map((size) => {
    const half = 2n ** BigInt(size * 8 - 1);
    return { when: between(value, number(-half), number(half - 1n)), then: number(size) };
  });
  return caseWhen(branches, number(MAX_DECIMAL_BYTES));
}

/** The last eight bytes of a number of at most 18 digits, the most significant first. An offset of 2^60 makes it positive. */
function lastBytes(value: Expression): Expression {
  const shifted = add(value, number(2n ** 60n));
  const bytes = Array.from({ length: MAX_DECIMAL_BYTES }, (_, index) => 2n ** BigInt((MAX_DECIMAL_BYTES - 1 - index) * 8));
  return call("list_of", ...bytes.map((place, index) => (index === 0 ? rest(add(by(shifted, place), number(240)), 256) : rest(by(shifted, place), 256))));
}

/** The hash of a decimal's digits as a number in as few bytes as hold it. */
function hashDecimal(unscaled: Expression): Expression {
  return bind(unscaled, "granary_digits", (value) =>
    bind(bytesNeeded(value), "granary_size", (size) => {
      const from = arithmetic(number(MAX_DECIMAL_BYTES + 1), "-", size);
      return bind(call("list_slice", lastBytes(value), from, number(MAX_DECIMAL_BYTES)), "granary_bytes", (bytes) => {
        const block = (first: number): Expression =>
          [0, 1, 2, 3].map((index) => times(call("coalesce", call("list_element", bytes, number(first + index)), number(0)), 256 ** index)).reduce(add);
        const first = withBlock(number(0), block(1));
        const hash = caseWhen(
          [
            { when: between(size, number(1), number(3)), then: mix(block(1)) },
            { when: between(size, number(4), number(7)), then: xor(first, mix(block(5))) },
          ],
          withBlock(first, block(5)),
        );
        return bind(hash, "granary_hash", (result) => finish(result, size));
      });
    }),
  );
}

type Hash = (value: Expression, type: Primitive) => Expression;

const HASHES: Readonly<Partial<Record<Primitive["kind"], Hash>>> = {
  int: (value) => hashLong(cast(value, LONG)),
  long: hashLong,
  date: (value) => hashLong(call("date_diff", literal("day"), typedLiteral({ kind: "date" }, "1970-01-01"), value)),
  time: (value) => hashLong(call("epoch_micros", value)),
  timestamp: (value) => hashLong(call("epoch_micros", value)),
  timestamptz: (value) => hashLong(call("epoch_micros", value)),
  string: (value) => hashHex(call("encode_hex", call("encode_utf8", value))),
  binary: (value) => hashHex(call("encode_hex", value)),
  fixed: (value) => hashHex(call("encode_hex", value)),
  uuid: (value) => hashHex(call("replace", cast(value, { kind: "text" }), literal("-"), literal(""))),
  decimal: (value, type) => {
    if (type.kind === "decimal" && type.precision > MAX_DECIMAL_DIGITS)
      throw problem("lake.unsupported", { reason: `its rows are spread over buckets of a decimal of more than ${MAX_DECIMAL_DIGITS} digits` });
    return hashDecimal(cast(call("replace", cast(value, { kind: "text" }), literal("."), literal("")), LONG));
  },
};

/**
 * The specification's bucket of a value, as the engine computes it: null for null. Throws `lake.unsupported` for types that have
 * none, and for decimals of more than 18 digits.
 */
export function bucketExpression(value: Expression, type: Primitive, buckets: number): Expression {
  const hash = HASHES[type.kind];
  if (hash === undefined) throw problem("lake.unsupported", { reason: `its rows are spread over buckets of a ${type.kind}` });
  return caseWhen([{ when: isNull(value), then: cast(literal(null), LONG) }], rest(rest(hash(value, type), 2 ** 31), buckets));
}
