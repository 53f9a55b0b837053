import type { Letter } from "./layout.ts";

/** Brings the link to choose a new password. */
export function resetPassword(params: { readonly name: string; readonly link: string; readonly hours: number; readonly askedBy: string | null }): Letter {
  const who = params.askedBy === null ? "Somebody, probably you, asked" : `${params.askedBy} asked`;
  return {
    subject: "Choose a new password",
    greeting: params.name,
    paragraphs: [`${who} for a new password for your account. Setting one signs you out everywhere.`],
    action: { label: "Choose a new password", url: params.link },
    notes: [`The link works once, for ${params.hours} hours.`, "If you do not want this, ignore the mail: your password stays as it is."],
  };
}
