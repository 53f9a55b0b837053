import { DASH, DIGIT, LETTER, SPACE, UPPER } from "./cell-classes.ts";
import { passesLuhn, remainder97, weigh } from "./checksums.ts";
import { isOneDigit } from "./digits.ts";
import { BARE, FORMED, formedIf, type Match, NO, type Recogniser } from "./recogniser.ts";

/** First digits and lengths of the card schemes (ISO/IEC 7812 issuer numbers as the schemes publish them). */
const SCHEMES =
  /^(?:4\d{12}(?:\d{3}){0,2}|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|(?:6011|65\d{2}|64[4-9]\d)\d{12}|62\d{14,17}|35(?:2[89]|[3-8]\d)\d{12}|(?:50|5[6-9]|6\d)\d{10,17})$/;
const CARD_GROUPS = /^(?:\d{4}[ -]){3}\d{4}(?:[ -]\d{1,3})?$|^\d{4}[ -]\d{6}[ -]\d{4,5}$/;
const ALL_DIGITS = /^\d+$/;

function isCardNumber(digits: string): boolean {
  return SCHEMES.test(digits) && !isOneDigit(digits) && passesLuhn(digits);
}

function testCard(text: string): Match {
  if (ALL_DIGITS.test(text)) return isCardNumber(text) ? BARE : NO;
  return formedIf(CARD_GROUPS.test(text) && isCardNumber(text.replace(/[ -]/g, "")));
}

/** Length of an IBAN by country, from the SWIFT IBAN registry. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 " +
    "GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 " +
    "MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 " +
    "UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

function isIban(text: string): boolean {
  const iban = text.replace(/[\s-]/g, "").toUpperCase();
  if (iban.length !== IBAN_LENGTHS[iban.slice(0, 2)] || !/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban)) return false;
  return remainder97(iban.slice(4) + iban.slice(0, 4)) === 1;
}

/** Weights 3-7-1 (American Bankers Association); the first two digits name a Federal Reserve district or its kind. */
function testRouting(text: string): Match {
  if (!/^\d{9}$/.test(text) || text === "000000000") return NO;
  const district = Number(text.slice(0, 2));
  const isDistrict = district <= 12 || (district >= 21 && district <= 32) || (district >= 61 && district <= 72) || district === 80;
  return isDistrict && weigh(text, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 ? BARE : NO;
}

export const paymentRecognisers: readonly Recogniser[] = [
  { entity: "credit_card", strength: "checksum", bare: "many", length: [12, 23], allowed: DIGIT | SPACE | DASH, required: DIGIT, test: testCard },
  {
    entity: "iban",
    strength: "evident",
    bare: "name",
    length: [15, 42],
    allowed: DIGIT | LETTER | SPACE | DASH,
    required: DIGIT,
    test: (text) => formedIf(isIban(text)),
  },
  { entity: "us_routing", strength: "checksum", bare: "name", length: [9, 9], allowed: DIGIT, required: DIGIT, test: testRouting },
  {
    entity: "bank_account",
    strength: "shape",
    bare: "name",
    length: [5, 24],
    allowed: DIGIT | UPPER | SPACE | DASH,
    required: DIGIT,
    test: (text) => (/^\d[\d -]{3,22}\d$/.test(text) ? FORMED : NO),
  },
];
