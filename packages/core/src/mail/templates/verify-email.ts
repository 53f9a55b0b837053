import type { Letter } from "./layout.ts";

/** Asks a new person to confirm the address. */
export function verifyEmail(params: { readonly name: string; readonly link: string; readonly hours: number }): Letter {
  return {
    subject: "Confirm your e-mail address",
    greeting: params.name,
    paragraphs: ["Please confirm that this address is yours. After that you can sign in."],
    action: { label: "Confirm the address", url: params.link },
    notes: [`The link works once, for ${params.hours} hours.`, "If you did not create an account, ignore this mail: nothing happens without the link."],
  };
}
