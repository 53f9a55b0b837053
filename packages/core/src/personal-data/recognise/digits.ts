const ZERO = 48;

/** The digit at a place of a text of ASCII digits. */
export const digitAt = (digits: string, at: number): number => digits.charCodeAt(at) - ZERO;

const SEPARATORS = /[\s./-]+/g;

/** A text without the separators numbers are written with. */
export const withoutSeparators = (text: string): string => text.replace(SEPARATORS, "");

/** Whether all digits are the same, which passes several checksums and is never given out. */
export function isOneDigit(digits: string): boolean {
  for (let at = 1; at < digits.length; at += 1) if (digits.charCodeAt(at) !== digits.charCodeAt(0)) return false;
  return true;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a month has the day; 29 February always may. */
export const isDayOfMonth = (month: number, day: number): boolean => day >= 1 && day <= (DAYS[month - 1] ?? 0);
