import type { Letter } from "./layout.ts";

/** Tells how a run of a pipeline ended and where to look. It names rows and values nowhere. */
export function pipelineRun(params: { readonly name: string; readonly subject: string; readonly text: string; readonly link: string }): Letter {
  return {
    subject: params.subject,
    greeting: params.name,
    paragraphs: [params.text],
    action: { label: "Look at the run", url: params.link },
  };
}
