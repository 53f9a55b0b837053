import type { Letter } from "./layout.ts";

/** Tells the owner of an address that somebody tried to register it again. */
export function accountExists(params: { readonly name: string; readonly link: string }): Letter {
  return {
    subject: "You already have an account",
    greeting: params.name,
    paragraphs: ["Somebody, probably you, tried to create an account with this address. You already have one: sign in, or ask there for a new password."],
    action: { label: "Sign in", url: params.link },
    notes: ["If it was not you, there is nothing to do. Your account was not changed."],
  };
}
