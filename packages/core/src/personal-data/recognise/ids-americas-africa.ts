import { passesLuhn, passesVerhoeff, weigh } from "./checksums.ts";
import { digitAt, isDayOfMonth, isOneDigit } from "./digits.ts";
import { numbered } from "./numbered.ts";
import type { Recogniser } from "./recogniser.ts";

/** Canada: Luhn; 0 and 8 in front are not given out. */
const isSin = (digits: string): boolean => /^[1-79]/.test(digits) && !isOneDigit(digits) && passesLuhn(digits);

const checkDigit = (sum: number): number => (sum % 11 < 2 ? 0 : 11 - (sum % 11));

/** Receita Federal: two check digits modulo 11. */
function isCpf(digits: string): boolean {
  if (isOneDigit(digits)) return false;
  const first = checkDigit(weigh(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]));
  return first === digitAt(digits, 9) && checkDigit(weigh(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) === digitAt(digits, 10);
}

function isCnpj(digits: string): boolean {
  if (isOneDigit(digits)) return false;
  const first = checkDigit(weigh(digits, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
  return first === digitAt(digits, 12) && checkDigit(weigh(digits, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === digitAt(digits, 13);
}

/** Department of Home Affairs: birth date, serial, citizenship, and Luhn. */
const isSouthAfrican = (digits: string): boolean =>
  isDayOfMonth(Number(digits.slice(2, 4)), Number(digits.slice(4, 6))) && /^.{10}[012]/.test(digits) && passesLuhn(digits);

export const americasAndAfrica: readonly Recogniser[] = [
  numbered({ entity: "ca_sin", length: [9, 11], bare: /^\d{9}$/, formed: /^\d{3}[- ]\d{3}[- ]\d{3}$/, check: isSin }),
  numbered({ entity: "br_cpf", length: [11, 14], bare: /^\d{11}$/, formed: /^\d{3}\.\d{3}\.\d{3}-\d{2}$/, check: isCpf, bareCounts: "many" }),
  numbered({
    entity: "br_cnpj",
    length: [14, 18],
    bare: /^\d{14}$/,
    formed: /^\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}$/,
    check: isCnpj,
    bareCounts: "many",
  }),
  numbered({ entity: "za_id", length: [13, 16], bare: /^\d{13}$/, formed: /^\d{6} \d{4} \d{3}$/, check: isSouthAfrican, bareCounts: "many" }),
  numbered({ entity: "ng_nin", length: [11, 11], bare: /^[1-9]\d{10}$/, check: passesVerhoeff }),
];
