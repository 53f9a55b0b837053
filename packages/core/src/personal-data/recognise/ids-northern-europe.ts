import { passesLuhn, weigh } from "./checksums.ts";
import { digitAt, isDayOfMonth } from "./digits.ts";
import { numbered } from "./numbered.ts";
import type { Recogniser } from "./recogniser.ts";

/** Ministry of the Interior: the month tells the century, 20 more for 2000 to 2099 and so on; weights 1-3-7-9. */
function isPesel(digits: string): boolean {
  if (!isDayOfMonth(Number(digits.slice(2, 4)) % 20, Number(digits.slice(4, 6)))) return false;
  return (10 - (weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digitAt(digits, 10);
}

/** Skatteverket SKV 704: birth date and Luhn over ten digits; 60 more on the day for coordination numbers. */
function isPersonnummer(text: string): boolean {
  const digits = text.replace("+", "").slice(-10);
  const day = Number(digits.slice(4, 6));
  return isDayOfMonth(Number(digits.slice(2, 4)), day > 60 ? day - 60 : day) && passesLuhn(digits);
}

const HETU_SIGNS = "0123456789ABCDEFHJKLMNPRSTUVWXY";

/** Digital and Population Data Services Agency: birth date, a sign for the century, serial; remainder by 31. */
function isHetu(text: string): boolean {
  if (!isDayOfMonth(Number(text.slice(2, 4)), Number(text.slice(0, 2)))) return false;
  return HETU_SIGNS[Number(text.slice(0, 6) + text.slice(-4, -1)) % 31] === text.at(-1);
}

export const northernEurope: readonly Recogniser[] = [
  numbered({ entity: "pl_pesel", length: [11, 11], bare: /^\d{11}$/, check: isPesel, bareCounts: "many" }),
  numbered({
    entity: "se_personnummer",
    length: [10, 13],
    bare: /^(?:19|20)?\d{10}$/,
    formed: /^(?:19|20)?\d{6}-\d{4}$/,
    check: isPersonnummer,
  }),
  numbered({ entity: "fi_hetu", length: [11, 11], formed: /^\d{6}[-A-FU-Y]\d{3}[0-9A-Y]$/, check: isHetu, strength: "evident" }),
];
