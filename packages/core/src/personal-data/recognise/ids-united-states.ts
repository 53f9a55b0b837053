import { passesLuhn } from "./checksums.ts";
import { numbered } from "./numbered.ts";
import type { Recogniser } from "./recogniser.ts";

/** Numbers that stood in advertisements and forms and are nobody's (Social Security Administration, "Misused SSNs"). */
const NOBODYS = new Set([
  "078051120",
  "219099999",
  "457555462",
  "123456789",
  "111111111",
  "222222222",
  "333333333",
  "444444444",
  "555555555",
  "777777777",
  "888888888",
]);

/** Never given out: area 000, 666 and 900 to 999, group 00, serial 0000 (SSA, SSN randomization). */
const isSsn = (digits: string): boolean => /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits) && !NOBODYS.has(digits);

/** IRS: 900 to 999, with groups 50 to 65, 70 to 88, 90 to 92 and 94 to 99. */
const isItin = (digits: string): boolean => /^9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/.test(digits);

const NINE_GROUPED = /^\d{3}[- ]\d{2}[- ]\d{4}$/;
const NINE = /^\d{9}$/;

export const unitedStates: readonly Recogniser[] = [
  numbered({ entity: "us_ssn", length: [9, 11], bare: NINE, formed: NINE_GROUPED, check: isSsn }),
  numbered({ entity: "us_itin", length: [9, 11], bare: NINE, formed: NINE_GROUPED, check: isItin }),
  numbered({
    entity: "us_ein",
    length: [9, 10],
    bare: NINE,
    formed: /^(?!0[07-9]|1[7-9]|2[89]|49|69|7[089]|89|9[67])\d{2}-\d{7}$/,
    strength: "shape",
  }),
  // 45 CFR 162.406: Luhn over the number behind 80840.
  numbered({ entity: "us_npi", length: [10, 10], bare: /^[12]\d{9}$/, check: (digits) => passesLuhn(`80840${digits}`) }),
  // CMS: letters but S, L, O, I, B and Z, at fixed places.
  numbered({
    entity: "us_mbi",
    length: [11, 13],
    formed: /^[1-9][AC-HJKMNP-RT-Y][\dAC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][\dAC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}$/,
  }),
  numbered({ entity: "passport", length: [6, 9], bare: /^\d{8,9}$/, formed: /^(?=.*\d)[A-Z0-9]{6,9}$/, strength: "shape" }),
  numbered({ entity: "driver_licence", length: [5, 18], bare: /^\d{7,12}$/, formed: /^(?=.*\d)[A-Z0-9][A-Z0-9 -]{4,17}$/, strength: "shape" }),
];
