import type { Letter } from "./layout.ts";

/** Proves that the mail settings work. */
export function mailTest(params: { readonly askedBy: string }): Letter {
  return {
    subject: "Test mail",
    paragraphs: [`${params.askedBy} asked for this test. If you can read it, mail works.`],
  };
}
