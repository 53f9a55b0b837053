import type { Letter } from "./layout.ts";

/** Tells the owner that the second factor was set up or removed. */
export function secondFactorChanged(params: { readonly name: string; readonly enabled: boolean; readonly ip: string | null; readonly link: string }): Letter {
  const from = params.ip === null ? "" : ` The change came from ${params.ip}.`;
  const what = params.enabled
    ? "A second factor was set up for your account. Signing in now also takes a code."
    : "The second factor of your account was removed.";
  return {
    subject: params.enabled ? "Your second factor is set up" : "Your second factor was removed",
    greeting: params.name,
    paragraphs: [`${what}${from}`],
    action: { label: "It was not me", url: params.link },
    notes: ["If it was you, there is nothing to do."],
  };
}
