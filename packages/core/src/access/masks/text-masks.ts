import { and, arithmetic, call, caseWhen, type CaseBranch, compare, type Expression, isNull, literal, not, or, regexMatch } from "@granary/engine";
import { type Mask, REDACTED } from "@granary/protocol";

const STARS = "***";
const text = (value: string): Expression => literal(value);
const number = (value: number): Expression => literal(value);
const join = (...parts: readonly Expression[]): Expression => call("concat", ...parts);
const matches = (value: Expression, pattern: string): Expression => regexMatch(value, text(pattern), { extent: "whole" });
const isAtMost = (value: Expression, characters: number): Expression => compare(call("length", value), "<=", number(characters));
const lastFour = (value: Expression): Expression => call("right", value, number(4));

/** What has the wanted form is shown in part, everything else not at all; what is missing stays missing. */
export function shownWhen(value: Expression, branches: readonly CaseBranch[]): Expression {
  return caseWhen([{ when: isNull(value), then: literal(null) }, ...branches], text(REDACTED));
}

const LONGEST_EMAIL = 254;
/** Two thirds of a local part stay hidden at least; the last part of a domain begins with a letter. */
const EMAIL = '[^\\x00-\\x20\\x7f\\s@"(),:;<>\\[\\\\\\]]+@[\\pL\\pN\\pM-]+(?:\\.[\\pL\\pN\\pM-]+)*\\.\\pL[\\pL\\pN\\pM-]+';

/** An e-mail address: its first letters and its domain. */
export function emailMask(value: Expression): Expression {
  const at = call("position", value, text("@"));
  const half = arithmetic(arithmetic(at, "-", number(1)), "//", number(2));
  const shown = join(call("left", value, call("least", number(2), half)), text(STARS), call("substring", value, at));
  return shownWhen(value, [{ when: and(isAtMost(value, LONGEST_EMAIL), matches(value, EMAIL)), then: shown }]);
}

/** Longer texts are no names: their first letters would tell what they say. */
const LONGEST_NAME = 100;
const LETTERS = "([^ ])[^ ]+|[^ ]";

/** The first letter of each word. Most values are one or two words, for which no pattern is needed. */
export function partialText(value: Expression): Expression {
  const blank = call("position", value, text(" "));
  const rest = call("substring", value, arithmetic(blank, "+", number(1)));
  const isWord = (part: Expression): Expression => compare(call("length", part), ">", number(1));
  const first = join(call("left", value, number(1)), text(STARS));
  return shownWhen(value, [
    { when: or(not(isAtMost(value, LONGEST_NAME)), compare(call("trim", value), "=", text(""))), then: text(REDACTED) },
    { when: and(compare(blank, "=", number(0)), isWord(value)), then: first },
    {
      when: and(compare(blank, ">", number(2)), isWord(rest), not(call("contains", rest, text(" ")))),
      then: join(first, text(" "), call("left", rest, number(1)), text(STARS)),
    },
    { when: literal(true), then: call("regex_replace", call("trim", value), text(LETTERS), text(`\\1${STARS}`)) },
  ]);
}

const LONGEST_PHONE = 40;
/** Seven to fifteen digits, with what people put between them. */
const PHONE = "\\+?[ (]{0,2}(?:[0-9][ ()./-]{0,3}){6,14}[0-9]";
const FOUR_DIGITS = "[0-9]{4}";

/** The last four digits of a phone number. */
export function phoneMask(value: Expression): Expression {
  const digits = call("regex_replace", value, text("[^0-9]"), text(""));
  const last = lastFour(value);
  const shown = caseWhen([{ when: matches(last, FOUR_DIGITS), then: last }], lastFour(digits));
  return shownWhen(value, [{ when: and(isAtMost(value, LONGEST_PHONE), matches(value, PHONE)), then: join(text("***-***-"), shown) }]);
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
