import type { Letter } from "./layout.ts";

/** Warns the owner of an account about repeated wrong passwords. */
export function accountLocked(params: { readonly name: string; readonly minutes: number; readonly ip: string | null; readonly link: string }): Letter {
  const from = params.ip === null ? "" : ` The last attempt came from ${params.ip}.`;
  return {
    subject: "Your account was locked for a while",
    greeting: params.name,
    paragraphs: [
      `There were several wrong attempts to sign in to your account, so it is locked for ${params.minutes} ${params.minutes === 1 ? "minute" : "minutes"}.${from}`,
    ],
    action: { label: "Choose a new password", url: params.link },
    notes: [
      "If it was you, wait and try again, or choose a new password.",
      "If it was not you, your password was not guessed. A second factor protects you further.",
    ],
  };
}
