import type { SqlType } from "../../sql/index.ts";

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_DIGITS = 38;
/** Longer fractions come from measurements and computations, where doubles are meant. */
const MAX_MIXED_SCALE = 9;

interface Digits {
  readonly sign: string;
  /** Without zeros in front or behind. */
  readonly digits: string;
  /** The power of ten of the last digit. */
  readonly exponent: number;
}

function digitsOf(text: string): Digits | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  return { sign, digits, exponent: digits === "" ? 0 : Number(power) - fraction.length + (all.length - digits.length) };
}

/** Whether a double holds the number without losing a digit: its shortest text stands for the same number. */
function isExactDouble(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  const own = digitsOf(text);
  const back = digitsOf(Object.is(value, -0) ? "-0" : String(value));
  return own !== undefined && back !== undefined && own.digits === back.digits && own.exponent === back.exponent && own.sign === back.sign;
}

/** What all numbers of a column have in common. */
export class NumberFacts {
  count = 0;
  #isInteger = true;
  #isBigint = true;
  #isPlain = true;
  #isDouble = true;
  #whole = 0;
  #maxScale = 0;
  #minScale = Number.POSITIVE_INFINITY;

  add(text: string): void {
    this.count += 1;
    const match = /^-?(\d+)(?:\.(\d+))?$/.exec(text);
    if (this.#isDouble && !isExactDouble(text)) this.#isDouble = false;
    if (match === null || /^-0(\.0+)?$/.test(text)) {
      this.#isPlain = false;
      this.#isInteger = false;
      return;
    }
    const [, whole = "", fraction = ""] = match;
    if (fraction !== "") this.#isInteger = false;
    else if (this.#isBigint && whole.length >= 19 && BigInt(whole) > MAX_INT64) this.#isBigint = false;
    this.#whole = Math.max(this.#whole, whole.length);
    this.#maxScale = Math.max(this.#maxScale, fraction.length);
    this.#minScale = Math.min(this.#minScale, fraction.length);
  }

  /** The narrowest type that keeps every number; undefined when none does. */
  type(): SqlType | undefined {
    const digits = this.#whole + this.#maxScale;
    if (this.#isPlain && this.#isInteger && this.#isBigint) return { kind: "bigint" };
    const isDecimal = this.#isPlain && digits <= MAX_DIGITS;
    const decimal: SqlType = { kind: "decimal", precision: digits <= 18 ? 18 : MAX_DIGITS, scale: this.#maxScale };
    if (isDecimal && (this.#isInteger || this.#maxScale === this.#minScale || this.#maxScale <= MAX_MIXED_SCALE)) return decimal;
    if (this.#isDouble) return { kind: "double" };
    return isDecimal ? decimal : undefined;
  }
}
