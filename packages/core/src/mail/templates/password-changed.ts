import type { Letter } from "./layout.ts";

/** Tells the owner that the password is a new one now. */
export function passwordChanged(params: { readonly name: string; readonly ip: string | null; readonly link: string }): Letter {
  const from = params.ip === null ? "" : ` The change came from ${params.ip}.`;
  return {
    subject: "Your password was changed",
    greeting: params.name,
    paragraphs: [`The password of your account was changed, and your other sessions were ended.${from}`],
    action: { label: "It was not me", url: params.link },
    notes: ["If it was you, there is nothing to do."],
  };
}
