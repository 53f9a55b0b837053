import { arithmetic, between, call, caseWhen, compare, type Expression, literal, listTransform, parameter } from "@granary/engine";
import { REDACTED } from "@granary/protocol";
import { shownWhen } from "./text-masks.ts";

const TOKEN_DIGITS = 16;
const HASH_DIGITS = 12;

/**
 * The key in front and only a part of the digest shown: lengthening a value, the one weakness of that beside HMAC, needs
 * the whole digest. HMAC itself would cost three digests more for every cell.
 */
const digest = (value: Expression, secret: string): Expression => call("sha256", call("concat_or_null", literal(secret), value));

/** The same token for the same text. */
export const tokenOf = (value: Expression, secret: string): Expression =>
  call("concat_or_null", literal("tok_"), call("left", digest(value, secret), literal(TOKEN_DIGITS)));

export const hashOf = (value: Expression, secret: string): Expression => call("left", digest(value, secret), literal(HASH_DIGITS));

const LONGEST = 200;
const HEX = "0123456789abcdef";
/** What a digit of the digest becomes: a digit, or one of sixteen letters that rarely make words. */
const AS_DIGIT = "0123456789012345";
const AS_LETTER = "bcdfghjkmnpqrtvx";
const KEPT = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const DIGEST_LENGTH = 64;

/** The character that stands for one character of a text. Those of other scripts become Latin letters. */
function standIn(character: Expression, place: Expression, digestOf: Expression): Expression {
  const at = arithmetic(arithmetic(place, "%", literal(DIGEST_LENGTH)), "+", literal(1));
  const index = call("position", literal(HEX), call("substring", digestOf, at, literal(1)));
  const from = (alphabet: string): Expression => call("substring", literal(alphabet), index, literal(1));
  const isIn = (low: string, high: string): Expression => between(character, literal(low), literal(high));
  return caseWhen(
    [
      { when: isIn("0", "9"), then: from(AS_DIGIT) },
      { when: isIn("a", "z"), then: from(AS_LETTER) },
      { when: isIn("A", "Z"), then: from(AS_LETTER.toUpperCase()) },
      { when: call("contains", literal(KEPT), character), then: character },
      { when: compare(call("lower", character), "<>", character), then: from(AS_LETTER.toUpperCase()) },
    ],
    from(AS_LETTER),
  );
}

/**
 * A text of the same form, made of one digest: nothing of a character but its kind takes part. The digest is handed on in a
 * list of its own; named inside the inner list it would be computed for every character.
 */
export function sameForm(value: Expression, secret: string, depth: number): Expression {
  const [digestName, character, place] = [`digest_${depth}`, `character_${depth}`, `place_${depth}`];
  const inner: Expression = {
    kind: "listTransform",
    operand: call("split", value, literal("")),
    parameter: character,
    index: place,
    body: standIn(parameter(character), parameter(place), parameter(digestName)),
  };
  const texts = listTransform(call("list_of", digest(value, secret)), digestName, call("list_join", inner, literal("")));
  const shown = call("coalesce", call("null_if", call("list_element", texts, literal(1)), value), literal(REDACTED));
  const fits = between(call("length", value), literal(1), literal(LONGEST));
  return shownWhen(value, [{ when: fits, then: shown }]);
}
