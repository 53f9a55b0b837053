import type { Letter } from "./layout.ts";

/** Tells of a change request: what happened and where to look. It names rows and values nowhere. */
export function changeRequest(params: { readonly name: string; readonly subject: string; readonly text: string; readonly link: string }): Letter {
  return {
    subject: params.subject,
    greeting: params.name,
    paragraphs: [params.text],
    action: { label: "Look at the change request", url: params.link },
  };
}
