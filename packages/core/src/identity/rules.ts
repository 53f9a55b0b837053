import type { PasswordStrength } from "@granary/protocol";

/** Wrong attempts after which an account name is locked, and for how long: once more each time it goes on. */
const LOCK_AFTER_FAILURES = 5;
const LOCK_MINUTES = [1, 5, 15, 60] as const;
/** Failures older than this are forgotten. */
const FAILURE_MEMORY_MS = 24 * 60 * 60 * 1_000;

export const PASSWORD = { minLength: 10, maxLength: 256, minScore: 3 } as const;

export const VERIFY_EMAIL_HOURS = 48;
export const RESET_PASSWORD_HOURS = 2;
export const FIRST_RUN_HOURS = 24 * 7;
/** How long a person may take between the password and the second factor. */
export const SECOND_FACTOR_MINUTES = 10;
/** How long a replaced token still answers, for requests already on their way. */
export const REPLACED_TOKEN_GRACE_MS = 30_000;
export const DEVICE = { expiresInS: 600, intervalS: 5 } as const;

export interface Failures {
  readonly failures: number;
  readonly lastFailedAt: Date;
  readonly lockedUntil: Date | null;
}

/** Minutes a name is locked after its n-th failure; 0 while there are tries left. */
export function lockMinutes(failures: number): number {
  if (failures < LOCK_AFTER_FAILURES) return 0;
  return LOCK_MINUTES[Math.min(failures - LOCK_AFTER_FAILURES, LOCK_MINUTES.length - 1)] ?? 60;
}

/** Seconds a name is still locked; 0 when it is not. */
export function secondsLocked(state: Pick<Failures, "lockedUntil"> | undefined, now: Date): number {
  const until = state?.lockedUntil?.getTime() ?? 0;
  return Math.max(0, Math.ceil((until - now.getTime()) / 1_000));
}

/** The state after one more wrong attempt. */
export function afterFailure(state: Failures, now: Date): Failures {
  const isForgotten = now.getTime() - state.lastFailedAt.getTime() > FAILURE_MEMORY_MS;
  const failures = (isForgotten ? 0 : state.failures) + 1;
  const minutes = lockMinutes(failures);
  return { failures, lastFailedAt: now, lockedUntil: minutes === 0 ? null : new Date(now.getTime() + minutes * 60_000) };
}

/** What a signed-in person must do before anything else is answered. */
export type Restriction = "password_change" | "second_factor_enrolment";

export function restrictionOf(person: {
  readonly mustChangePassword: boolean;
  readonly secondFactorDemanded: boolean;
  readonly secondFactorEnabled: boolean;
}): Restriction | null {
  if (person.mustChangePassword) return "password_change";
  return person.secondFactorDemanded && !person.secondFactorEnabled ? "second_factor_enrolment" : null;
}

const MIN_PERSONAL_WORD = 4;

/** Words about a person that a password must not contain. */
export function personalWords(person: { readonly email?: string | undefined; readonly name?: string | undefined }): string[] {
  const text = `${person.email?.split("@")[0] ?? ""} ${person.name ?? ""}`;
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return [...new Set(words)].filter((word) => word.length >= MIN_PERSONAL_WORD);
}

/** Puts the rules together: what refuses a password, in the order in which people can act on it. */
export function judgePassword(
  password: string,
  person: { readonly email?: string | undefined; readonly name?: string | undefined },
  guess: Omit<PasswordStrength, "acceptable">,
): PasswordStrength {
  const lower = password.normalize("NFKC").toLowerCase();
  const refuse = (warning: string): PasswordStrength => ({ ...guess, acceptable: false, warning });
  if (Array.from(password).length < PASSWORD.minLength) return refuse(`Use at least ${PASSWORD.minLength} characters.`);
  if (password.length > PASSWORD.maxLength) return refuse(`Use at most ${PASSWORD.maxLength} characters.`);
  if (personalWords(person).some((word) => lower.includes(word))) return refuse("Do not use your name or e-mail address.");
  if (lower.includes("granary")) return refuse("Do not use the name of this program.");
  if (guess.score < PASSWORD.minScore) return refuse(guess.warning ?? "Make it longer, or use several uncommon words.");
  return { ...guess, acceptable: true };
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bChrome\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
  [/^granary\b/i, "Command line"],
  [/^curl\//, "curl"],
  [/^python|^Python/, "Python"],
  [/^node\b|^undici/, "Node.js"],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b|\biPad\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** A user agent in words, such as "Firefox on Linux". */
export function describeDevice(userAgent: string | null): string {
  const pick = (list: typeof BROWSERS) => list.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const browser = pick(BROWSERS);
  const system = pick(SYSTEMS);
  if (browser === undefined && system === undefined) return "Unknown device";
  if (browser === undefined || system === undefined) return browser ?? system ?? "Unknown device";
  return `${browser} on ${system}`;
}

/** What the first workspace is called when nobody was there to name it. */
export const FIRST_WORKSPACE = "Main";
