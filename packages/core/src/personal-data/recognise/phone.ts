import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { DASH, DIGIT, DOT, LOWER, PAREN, PLUS, SLASH, SPACE } from "./cell-classes.ts";
import { BARE, FORMED, type Match, NO, type Recogniser } from "./recogniser.ts";

const SHAPE = /^(?:tel:)?(\+|00)?[\s(]*\d[\d\s()./-]{4,22}(?:(?:x|ext\.?)\s?\d{1,6})?$/;
const EXTENSION = /(?:x|ext\.?)\s?\d{1,6}$/;
/** Dates, times, versions and network addresses are digits with separators too. */
const OTHER =
  /^(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:\s.*)?|\d{1,3}(?:\.\d{1,3}){1,3}|\d+[.]\d+|\d{3}-\d{2}-\d{4}|\d{4}-\d{4}-\d{4}-\d{4}|(?:\d{4} ){2,4}\d{1,4})$/;

/** Thousands are parted like some countries' numbers, so those need a name that agrees. */
const THOUSANDS = /^\d{1,3}(?: \d{3})+$/;

/** Tried in turn for numbers without a country; the one that was right last comes first, for a column is mostly of one country. */
const COUNTRIES: readonly CountryCode[] = ["US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "SE", "IN", "BR", "AU", "JP", "ZA", "MX"];

const MIN_DIGITS = 7;
const MAX_DIGITS = 15;

function countDigits(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) count += 1;
  }
  return count;
}

/** Values with separators count as written like a number of a phone when groups are grouped like one. */
const isSeparated = (text: string): boolean => /[\s()./-]/.test(text.trim());

function hasShape(text: string): boolean {
  const digits = countDigits(text.replace(EXTENSION, ""));
  return digits >= MIN_DIGITS && digits <= MAX_DIGITS && SHAPE.test(text) && !OTHER.test(text);
}

/**
 * Tells phone numbers by libphonenumber's metadata. Its parser is lenient, it finds a number in `12/2021 555 4433` and takes any digits
 * of a right length for possible, so the shape is checked before and only numbers of a range in use count.
 */
export function phoneRecognisers(region: string | undefined): readonly Recogniser[] {
  const order = region === undefined || !isSupportedCountry(region) ? [...COUNTRIES] : [region, ...COUNTRIES.filter((country) => country !== region)];
  const isOfSomeCountry = (text: string): boolean => {
    for (const country of order) {
      if (parsePhoneNumberFromString(text, { defaultCountry: country, extract: false })?.isValid() !== true) continue;
      if (country !== order[0]) {
        order.splice(order.indexOf(country), 1);
        order.unshift(country);
      }
      return true;
    }
    return false;
  };
  const test = (text: string): Match => {
    if (!hasShape(text)) return NO;
    const international = text.startsWith("00") ? `+${text.slice(2)}` : text;
    if (international.startsWith("+")) return parsePhoneNumberFromString(international, { extract: false })?.isValid() === true ? FORMED : NO;
    if (!isOfSomeCountry(text)) return NO;
    return isSeparated(text) && !THOUSANDS.test(text) ? FORMED : BARE;
  };
  const form = { entity: "phone", bare: "name", length: [7, 32], allowed: DIGIT | SPACE | DASH | DOT | SLASH | PLUS | PAREN | LOWER, required: DIGIT } as const;
  return [
    // A parse takes some microseconds; a share is as good from so many values.
    { ...form, strength: "checksum", maxTested: 400, test },
    // Numbers kept free for examples and films are of no range, nor are extensions of an office's own.
    { ...form, strength: "loose", test: (text) => (hasShape(text) ? FORMED : NO) },
  ];
}
