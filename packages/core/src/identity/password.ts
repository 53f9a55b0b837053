import { hash, verify } from "@node-rs/argon2";
import { type PasswordStrength, problem } from "@granary/protocol";
import { judgePassword } from "./rules.ts";

// OWASP's first choice for argon2id; the library's default algorithm is argon2id.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** A hash of nothing anybody knows, so that an unknown name costs as much as a wrong password. */
let decoy: Promise<string> | undefined;

/** The argon2id hash of a password, in PHC form. Takes some 20 ms on a thread of the pool. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"), COST);
}

/** Whether a password belongs to a hash; takes as long, and answers false, when there is none. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  if (stored !== null) return verify(stored, password.normalize("NFKC"));
  decoy ??= hashPassword(crypto.randomUUID());
  await verify(await decoy, password.normalize("NFKC"));
  return false;
}

const WARNINGS: Readonly<Record<string, string>> = {
  straightRow: "Rows of keys are easy to guess.",
  keyPattern: "Short patterns on the keyboard are easy to guess.",
  simpleRepeat: "Repeated characters are easy to guess.",
  extendedRepeat: "Repeated parts are easy to guess.",
  sequences: "Sequences such as abc or 6543 are easy to guess.",
  recentYears: "Recent years are easy to guess.",
  dates: "Dates are easy to guess.",
  topTen: "This is among the ten most used passwords.",
  topHundred: "This is among the hundred most used passwords.",
  common: "This is a commonly used password.",
  similarToCommon: "This is close to a commonly used password.",
  wordByItself: "Single words are easy to guess.",
  namesByThemselves: "Names are easy to guess.",
  commonNames: "Common names are easy to guess.",
  userInputs: "Do not use your name or e-mail address.",
};

const SUGGESTIONS: Readonly<Record<string, string>> = {
  l33t: "Replacing letters by look-alikes helps little.",
  reverseWords: "Reversed words help little.",
  allUppercase: "Do not write everything in capitals.",
  capitalization: "Use more than a first capital letter.",
  dates: "Avoid dates that have to do with you.",
  recentYears: "Avoid recent years.",
  associatedYears: "Avoid years that have to do with you.",
  sequences: "Avoid sequences.",
  repeated: "Avoid repeated words and characters.",
  longerKeyboardPattern: "Use longer patterns with several turns.",
  anotherWord: "Add more words that are less common.",
  useWords: "Use several words that do not belong together.",
  noNeed: "Symbols, digits and capitals are not needed.",
};

/** Beyond this the guess cannot change any more, but its time would grow. */
const GUESSED_CHARACTERS = 100;

type Guesser = (password: string) => Omit<PasswordStrength, "acceptable">;

let guesser: Promise<Guesser> | undefined;

/** Loads the dictionaries at the first use: they take 25 MB that a server at rest does without. */
async function loadGuesser(): Promise<Guesser> {
  const [{ ZxcvbnFactory }, common] = await Promise.all([import("@zxcvbn-ts/core"), import("@zxcvbn-ts/language-common")]);
  const zxcvbn = new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
  return (password) => {
    const { score, feedback } = zxcvbn.check(password.slice(0, GUESSED_CHARACTERS));
    return {
      score,
      warning: feedback.warning === null ? null : (WARNINGS[feedback.warning] ?? "This is easy to guess."),
      suggestions: feedback.suggestions.flatMap((name) => SUGGESTIONS[name] ?? []),
    };
  };
}

/** Rates a password by the same rule that refuses it. */
export async function ratePassword(
  password: string,
  person: { readonly email?: string | undefined; readonly name?: string | undefined },
): Promise<PasswordStrength> {
  guesser ??= loadGuesser();
  return judgePassword(password, person, (await guesser)(password));
}

/** Throws `auth.password_refused` with the reason, at the path of the body it stands in, unless the password is acceptable. */
export async function requireGoodPassword(
  password: string,
  person: { readonly email?: string | undefined; readonly name?: string | undefined },
  field: "password" | "newPassword",
): Promise<void> {
  const strength = await ratePassword(password, person);
  if (strength.acceptable) return;
  const message = [strength.warning, ...strength.suggestions].filter((text) => text !== null).join(" ");
  throw problem("auth.password_refused", { reason: message }, { issues: [{ path: `body.${field}`, message }] });
}
