import { passesLuhn, passesMod1110, remainder, weigh } from "./checksums.ts";
import { digitAt, withoutSeparators } from "./digits.ts";
import { numbered } from "./numbered.ts";
import { BARE, FORMED, type Match, NO, type Recogniser } from "./recogniser.ts";
import { DASH, DIGIT, DOT, LETTER, SPACE } from "./cell-classes.ts";

const NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Real Decreto 1553/2005: the remainder by 23 chooses the letter; X, Y and Z of foreigners stand for 0, 1 and 2. */
function isNif(text: string): boolean {
  const digits = text.slice(0, -1).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return NIF_LETTERS[Number(digits) % 23] === text.at(-1);
}

/** Decreto ministeriale 23/12/1976: values of characters at odd places, 0 to 9 and A to Z. */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function isFiscalCode(code: string): boolean {
  let sum = 0;
  for (let at = 0; at < 15; at += 1) {
    const sign = code.charCodeAt(at);
    const value = sign >= 65 ? sign - 65 : sign - 48;
    sum += at % 2 === 0 ? (ODD[value] ?? 0) : value;
  }
  return sum % 26 === code.charCodeAt(15) - 65;
}

/** Digits of a fiscal code may be replaced by these letters when two people would have the same. */
const D = "[\\dLMNPQRSTUV]";
const FISCAL_CODE = new RegExp(`^[A-Z]{6}${D}{2}[A-EHLMPRST]${D}{2}[A-Z]${D}{3}[A-Z]$`);

type Check = (digits: string) => boolean;

const mod97 = (digits: string): boolean => 97 - remainder(digits.slice(0, 8), 97) === Number(digits.slice(8));
const austrian = (digits: string): boolean => {
  const sum = [1, 2, 1, 2, 1, 2, 1].reduce((total, weight, at) => {
    const product = digitAt(digits, at) * weight;
    return total + (product > 9 ? product - 9 : product);
  }, 0);
  return (96 - sum) % 10 === digitAt(digits, 7);
};

/** VAT numbers whose check is published (European Commission, VIES); for the others the form alone is known. */
const CHECKED: Readonly<Record<string, readonly [RegExp, Check]>> = {
  AT: [/^U(\d{8})$/, austrian],
  BE: [/^([01]\d{9})$/, mod97],
  DE: [/^(\d{9})$/, passesMod1110],
  DK: [/^(\d{8})$/, (digits) => weigh(digits, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0],
  FI: [/^(\d{8})$/, (digits) => (11 - (weigh(digits, [7, 9, 10, 5, 8, 4, 2]) % 11)) % 11 === digitAt(digits, 7)],
  HR: [/^(\d{11})$/, passesMod1110],
  IT: [/^(\d{11})$/, passesLuhn],
  LU: [/^(\d{8})$/, (digits) => Number(digits.slice(0, 6)) % 89 === Number(digits.slice(6))],
  PL: [/^(\d{10})$/, (digits) => weigh(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digitAt(digits, 9)],
  PT: [/^(\d{9})$/, (digits) => ((11 - (weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === digitAt(digits, 8)],
  SE: [/^(\d{10})01$/, passesLuhn],
};

const FORMS =
  /^(?:BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|EE\d{9}|EL\d{9}|ES[A-Z0-9]\d{7}[A-Z0-9]|FR[A-HJ-NP-Z0-9]{2}\d{9}|GB(?:\d{9}|\d{12})|HU\d{8}|IE\d[A-Z0-9+*]\d{5}[A-W][A-I]?|LT(?:\d{9}|\d{12})|LV\d{11}|MT\d{8}|NL\d{9}B\d{2}|RO\d{2,10}|SI\d{8}|SK\d{10})$/;

/** A VAT number of the Union or the United Kingdom, with its country in front. */
function testVat(text: string): Match {
  const compact = withoutSeparators(text).toUpperCase();
  const known = CHECKED[compact.slice(0, 2)];
  if (known === undefined) return FORMS.test(compact) ? BARE : NO;
  const digits = known[0].exec(compact.slice(2))?.[1];
  return digits !== undefined && known[1](digits) ? FORMED : NO;
}

export const southernEurope: readonly Recogniser[] = [
  numbered({ entity: "es_nif", length: [9, 12], formed: /^(?:\d{8}|[XYZ]-?\d{7})[- ]?[A-Z]$/, check: isNif }),
  numbered({ entity: "it_fiscal_code", length: [16, 16], formed: FISCAL_CODE, check: isFiscalCode, strength: "evident" }),
  {
    entity: "eu_vat",
    strength: "checksum",
    bare: "name",
    length: [4, 18],
    allowed: DIGIT | LETTER | SPACE | DASH | DOT,
    required: DIGIT,
    test: testVat,
  },
];
