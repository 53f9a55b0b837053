const SHARE = 0.95;

const isEpoch = (value: number): boolean => (value >= 1e9 && value < 2e9) || (value >= 1e12 && value < 2e12);

/**
 * Whether digits are times since 1970 in seconds or milliseconds, or numbers given out one after the other. Both pass checks of some
 * kinds of numbers more often than chance would have it.
 */
export function areOrdinals(values: readonly string[]): boolean {
  const numbers = values.filter((value) => /^\d{1,15}$/.test(value)).map(Number);
  if (numbers.length === 0) return false;
  if (numbers.filter(isEpoch).length >= numbers.length * SHARE) return true;
  let least = Infinity;
  let most = 0;
  for (const number of numbers) {
    if (number < least) least = number;
    if (number > most) most = number;
  }
  return numbers.length >= 20 && most - least < numbers.length * 3;
}
