import { and, arithmetic, call, caseWhen, type CaseBranch, compare, type Expression, isNull, like, literal, not, regexMatch } from "@granary/engine";
import { type Mask, REDACTED } from "@granary/protocol";

const STARS = "***";
const text = (value: string): Expression => literal(value);
const number = (value: number): Expression => literal(value);
const join = (...parts: readonly Expression[]): Expression => call("concat", ...parts);
const matches = (value: Expression, pattern: string): Expression => regexMatch(value, text(pattern), { extent: "whole" });
const isLike = (value: Expression, pattern: string): Expression => like(value, text(pattern));
const isAtMost = (value: Expression, characters: number): Expression => compare(call("length", value), "<=", number(characters));
/** Half the price of `right`, which counts the characters first. */
const lastFour = (value: Expression): Expression => call("substring", value, number(-4));

/** What has the wanted form is shown in part, everything else not at all; what is missing stays missing. */
export function shownWhen(value: Expression, branches: readonly CaseBranch[]): Expression {
  return caseWhen([{ when: isNull(value), then: literal(null) }, ...branches], text(REDACTED));
}

const LONGEST_EMAIL = 254;
const LOCAL_PART = '[^\\x00-\\x20\\x7f\\s@"(),:;<>\\[\\\\\\]]+';
/** A domain as computers write it, its last part with a letter in front: one in another script is redacted. */
const EMAIL = `${LOCAL_PART}@(?:[A-Za-z0-9-]+\\.)+[A-Za-z][A-Za-z0-9-]+`;

/** An e-mail address: its first letters, at most half of the local part, and its domain. */
export function emailMask(value: Expression): Expression {
  const at = call("position", value, text("@"));
  const half = arithmetic(arithmetic(at, "-", number(1)), "//", number(2));
  const shown = join(call("left", value, call("least", number(2), half)), text(STARS), call("substring", value, at));
  return shownWhen(value, [{ when: and(isAtMost(value, LONGEST_EMAIL), matches(value, EMAIL)), then: shown }]);
}

/** Longer texts are no names: their first letters would tell what they say. */
const LONGEST_NAME = 100;
const WORDS = "([^ ])[^ ]+|[^ ]";

/** The first letter of each word that has two. For one or two words, as most values are, no pattern is needed. */
export function partialText(value: Expression): Expression {
  const isShort = isAtMost(value, LONGEST_NAME);
  const initial = call("left", value, number(1));
  const second = call("substring", value, arithmetic(call("position", value, text(" ")), "+", number(1)), number(1));
  return shownWhen(value, [
    { when: and(isLike(value, "__% __%"), not(isLike(value, "% % %")), isShort), then: join(initial, text(`${STARS} `), second, text(STARS)) },
    { when: and(isLike(value, "__%"), not(isLike(value, "% %")), isShort), then: join(initial, text(STARS)) },
    {
      when: and(isShort, compare(call("trim", value), "<>", text(""))),
      then: call("regex_replace", call("trim", value), text(WORDS), text(`\\1${STARS}`)),
    },
  ]);
}

/** Seven to fifteen digits, with what people put between them. */
const PHONE_START = "\\+?[ (]{0,2}(?:[0-9][ ()./-]{0,3})";
const PHONE = `${PHONE_START}{3,11}[0-9]{4}`;
const SPACED_PHONE = `${PHONE_START}{6,14}[0-9]`;

/** The last four digits of a phone number. */
export function phoneMask(value: Expression): Expression {
  const digits = call("regex_replace", value, text("[^0-9]"), text(""));
  const shown = (digitsOf: Expression): Expression => join(text("***-***-"), lastFour(digitsOf));
  return shownWhen(value, [
    { when: matches(value, PHONE), then: shown(value) },
    { when: matches(value, SPACED_PHONE), then: shown(digits) },
  ]);
}

const SSN = "[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}";
const CARD = "(?:[0-9][ -]?){9,15}[0-9]{4}";

const lastDigits =
  (pattern: string, hidden: string) =>
  (value: Expression): Expression =>
    shownWhen(value, [{ when: matches(value, pattern), then: join(text(hidden), lastFour(value)) }]);

export const ssnMask = lastDigits(SSN, "***-**-");
export const cardMask = lastDigits(CARD, "****-****-****-");

const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const IPV4 = `(?:${OCTET}\\.){3}${OCTET}`;
const GROUP = "[0-9A-Fa-f]{1,4}";
const TAIL = `(?:${GROUP}:){0,6}(?:${GROUP}|${IPV4})`;
/** Eight groups, or fewer around `::`; a version 4 address may stand for the last two, a zone behind it all. */
const IPV6 = `(?:(?:${GROUP}:){7}${GROUP}|(?:${GROUP}:){6}${IPV4}|(?:${GROUP}(?::${GROUP}){0,6})?::(?:${TAIL})?)(?:%[0-9A-Za-z._-]{1,20})?`;

/** The first two groups of an IP address; those that `::` leaves out are not written. */
export function ipMask(value: Expression): Expression {
  const part = (separator: string, place: number): Expression => call("split_part", value, text(separator), number(place));
  const colons = arithmetic(call("length", value), "-", call("length", call("replace", value, text(":"), text(""))));
  const isV6 = and(compare(colons, "<=", number(8)), matches(value, IPV6));
  return shownWhen(value, [
    { when: matches(value, IPV4), then: join(part(".", 1), text("."), part(".", 2), text(".***.**")) },
    { when: isV6, then: join(part(":", 1), text(":"), part(":", 2), text(":***")) },
  ]);
}

/** Longer texts would keep the engine busy, however the pattern is written. */
const LONGEST_MATCHED = 10_000;

/** Replaces what a pattern matches. */
export function patternMask(value: Expression, { pattern, replacement }: Extract<Mask, { kind: "regex" }>): Expression {
  const isMatch = regexMatch(value, text(pattern), { extent: "part" });
  const shown = call("regex_replace", value, text(pattern), text(replacement));
  return shownWhen(value, [{ when: and(isAtMost(value, LONGEST_MATCHED), isMatch), then: shown }]);
}
