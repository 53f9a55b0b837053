import { passesMod1110, remainder, weigh } from "./checksums.ts";
import { digitAt, isDayOfMonth, isOneDigit } from "./digits.ts";
import { numbered } from "./numbered.ts";
import type { Recogniser } from "./recogniser.ts";

/** NHS Data Dictionary: weights 10 to 2, modulus 11. ISBN-10 has the very same check, so bare ones need the column's name. */
function isNhs(digits: string): boolean {
  const check = 11 - (weigh(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return !isOneDigit(digits) && (check === 11 ? 0 : check) === digitAt(digits, 9);
}

/** § 139b AO: eleven digits, the first no zero; among the first ten one digit stands twice or three times and no other again; ISO 7064 MOD 11,10. */
function isGermanTaxId(digits: string): boolean {
  const counts = Array.from({ length: 10 }, () => 0);
  for (let at = 0; at < 10; at += 1) counts[digitAt(digits, at)] = (counts[digitAt(digits, at)] ?? 0) + 1;
  const repeated = counts.filter((count) => count > 1);
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && passesMod1110(digits);
}

const crossSum = (value: number): number => (value > 9 ? Math.floor(value / 10) + (value % 10) : value);
const letterDigits = (letter: string): string => String(letter.charCodeAt(0) - 64).padStart(2, "0");

function sumOfCrossSums(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + crossSum(digitAt(digits, at) * weight), 0);
}

/** VKVV § 4: area, birth date, letter, serial, check digit. */
function isGermanPension(text: string): boolean {
  if (!isDayOfMonth(Number(text.slice(4, 6)), Number(text.slice(2, 4)))) return false;
  const digits = text.slice(0, 8) + letterDigits(text.charAt(8)) + text.slice(9, 11);
  return sumOfCrossSums(digits, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10 === digitAt(text, 11);
}

/** § 290 SGB V: a letter, eight digits, and a check digit by Luhn's weights from the left. */
function isGermanHealth(text: string): boolean {
  return sumOfCrossSums(letterDigits(text.charAt(0)) + text.slice(1, 9), [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) % 10 === digitAt(text, 9);
}

/** INSEE: sex, year, month, department (2A and 2B are Corsica), town, serial; key 97 - n mod 97. */
function isNir(text: string): boolean {
  const digits = text.replace("2A", "19").replace("2B", "18");
  return /^\d{15}$/.test(digits) && 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13));
}

/** Elfproef: weights 9 to 2 and -1. */
const isBsn = (digits: string): boolean => !isOneDigit(digits) && weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;

/** Royal decree of 8 January 1982: birth date, serial, 97 - n mod 97, with a 2 in front for people born from 2000 on. */
function isBelgianNumber(digits: string): boolean {
  const [month, day, check] = [Number(digits.slice(2, 4)), Number(digits.slice(4, 6)), Number(digits.slice(9))];
  if (month > 12 || (month > 0 && day > 0 && !isDayOfMonth(month, day))) return false;
  const number = digits.slice(0, 9);
  return 97 - remainder(number, 97) === check || 97 - remainder(`2${number}`, 97) === check;
}

export const westernEurope: readonly Recogniser[] = [
  numbered({ entity: "gb_nhs", length: [10, 12], bare: /^\d{10}$/, formed: /^\d{3}[ -]\d{3}[ -]\d{4}$/, check: isNhs }),
  // HMRC NIM39110: letters and prefixes that are not given out.
  numbered({
    entity: "gb_nino",
    length: [9, 13],
    formed: /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]$/,
  }),
  numbered({ entity: "de_tax_id", length: [11, 14], bare: /^[1-9]\d{10}$/, formed: /^[1-9]\d \d{3} \d{3} \d{3}$/, check: isGermanTaxId }),
  numbered({ entity: "de_pension", length: [12, 15], formed: /^\d{2} ?\d{6} ?[A-Z] ?\d{3}$/, check: isGermanPension, strength: "evident" }),
  numbered({ entity: "de_health", length: [10, 10], formed: /^[A-Z]\d{9}$/, check: isGermanHealth }),
  numbered({
    entity: "fr_nir",
    length: [15, 21],
    bare: /^[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)\d{11}$/,
    formed: /^[1-478] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}$/,
    check: isNir,
    bareCounts: "many",
  }),
  numbered({ entity: "nl_bsn", length: [8, 11], bare: /^\d{9}$/, formed: /^\d{4}\.\d{2}\.\d{3}$/, check: isBsn }),
  numbered({
    entity: "be_nrn",
    length: [11, 15],
    bare: /^\d{11}$/,
    formed: /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/,
    check: isBelgianNumber,
    bareCounts: "many",
  }),
];
