import { passesVerhoeff, weigh } from "./checksums.ts";
import { digitAt, isDayOfMonth, isOneDigit } from "./digits.ts";
import { numbered } from "./numbered.ts";
import type { Recogniser } from "./recogniser.ts";

/** Australian Taxation Office: weights 1 4 3 7 5 8 6 9 10, modulus 11. */
const isTfn = (digits: string): boolean => !isOneDigit(digits) && weigh(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
/** Australian Business Register: the first digit less one, modulus 89. */
const isAbn = (digits: string): boolean => (weigh(digits, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0;
/** ASIC: weights 8 to 1, modulus 10. */
const isAcn = (digits: string): boolean => (10 - (weigh(digits, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digitAt(digits, 8);
/** Services Australia: weights 1 3 7 9, modulus 10; then the issue and the person's place on the card. */
const isMedicare = (digits: string): boolean => weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(digits, 8);

/** UIDAI: Verhoeff; never a palindrome. */
const isAadhaar = (digits: string): boolean => passesVerhoeff(digits) && [...digits].toReversed().join("") !== digits;

const BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** GST Network: values in base 36 weighed 1 and 2 in turn, quotient and remainder by 36. */
function isGstin(text: string): boolean {
  let sum = 0;
  for (let at = 0; at < 14; at += 1) {
    const product = BASE36.indexOf(text.charAt(at)) * (at % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / 36) + (product % 36);
  }
  return BASE36[(36 - (sum % 36)) % 36] === text.charAt(14);
}

const NRIC_LETTERS: Readonly<Record<string, readonly [string, number]>> = {
  S: ["JZIHGFEDCBA", 0],
  T: ["JZIHGFEDCBA", 4],
  F: ["XWUTRQPNMLK", 0],
  G: ["XWUTRQPNMLK", 4],
  M: ["XWUTRQPNJLK", 3],
};

/** Weights 2 7 6 5 4 3 2, modulus 11, with letters by the kind of person; the table of M is the one in use since 2022. */
function isNric(text: string): boolean {
  const [letters, offset] = NRIC_LETTERS[text.charAt(0)] ?? ["", 0];
  return letters[(weigh(text.slice(1), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11] === text.at(-1);
}

/** Numbers given out since October 2020 have no check digit, so written ones count by their birth date and bare ones by the old check. */
const hasBirthDate = (digits: string): boolean => isDayOfMonth(Number(digits.slice(2, 4)), Number(digits.slice(4, 6)));
const isResidentNumber = (digits: string): boolean =>
  hasBirthDate(digits) && (11 - (weigh(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === digitAt(digits, 12);

/** Law 5490: two check digits over the odd and even places. */
function isTckn(digits: string): boolean {
  const odd = weigh(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weigh(digits, [0, 1, 0, 1, 0, 1, 0, 1, 0]);
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return tenth === digitAt(digits, 9) && (odd + even + tenth) % 10 === digitAt(digits, 10);
}

/** Department of Provincial Administration: weights 13 to 2, modulus 11. */
const isThai = (digits: string): boolean =>
  !isOneDigit(digits) && (11 - (weigh(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(digits, 12);

const PAN = "[A-Z]{3}[ABCFGHJLPT][A-Z]\\d{4}[A-Z]";

export const asiaAndPacific: readonly Recogniser[] = [
  numbered({ entity: "au_tfn", length: [9, 11], bare: /^\d{9}$/, formed: /^\d{3} \d{3} \d{3}$/, check: isTfn }),
  numbered({ entity: "au_abn", length: [11, 14], bare: /^[1-9]\d{10}$/, formed: /^[1-9]\d \d{3} \d{3} \d{3}$/, check: isAbn }),
  numbered({ entity: "au_acn", length: [9, 11], bare: /^\d{9}$/, formed: /^\d{3} \d{3} \d{3}$/, check: isAcn }),
  numbered({ entity: "au_medicare", length: [10, 13], bare: /^[2-6]\d{9,10}$/, formed: /^[2-6]\d{3} \d{5} \d(?:[ /-]?\d)?$/, check: isMedicare }),
  numbered({ entity: "in_aadhaar", length: [12, 14], bare: /^[2-9]\d{11}$/, formed: /^[2-9]\d{3}[ -]\d{4}[ -]\d{4}$/, check: isAadhaar, bareCounts: "many" }),
  numbered({ entity: "in_pan", length: [10, 10], formed: new RegExp(`^${PAN}$`) }),
  numbered({ entity: "in_gstin", length: [15, 15], formed: new RegExp(`^\\d{2}${PAN}[1-9A-Z]Z[0-9A-Z]$`), check: isGstin, strength: "evident" }),
  numbered({ entity: "sg_nric", length: [9, 9], formed: /^[STFGM]\d{7}[A-Z]$/, check: isNric }),
  numbered({ entity: "sg_uen", length: [9, 10], formed: /^(?:\d{8}[A-Z]|(?:19|20)\d{7}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z])$/, strength: "shape" }),
  numbered({ entity: "kr_rrn", length: [14, 14], formed: /^\d{6}-[1-8]\d{6}$/, check: hasBirthDate }),
  numbered({ entity: "kr_rrn", length: [13, 13], bare: /^\d{6}[1-8]\d{6}$/, check: isResidentNumber }),
  numbered({ entity: "tr_tckn", length: [11, 11], bare: /^[1-9]\d{10}$/, check: isTckn, bareCounts: "many" }),
  numbered({
    entity: "th_tnin",
    length: [13, 17],
    bare: /^[1-8]\d{12}$/,
    formed: /^[1-8][- ]\d{4}[- ]\d{5}[- ]\d{2}[- ]\d$/,
    check: isThai,
    bareCounts: "many",
  }),
];
