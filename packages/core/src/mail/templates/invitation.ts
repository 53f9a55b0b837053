import type { Letter } from "./layout.ts";

/** Invites a person into a workspace. */
export function invitation(params: {
  readonly name: string | null;
  readonly workspaceName: string;
  readonly inviterName: string;
  readonly link: string;
  readonly days: number;
}): Letter {
  return {
    subject: `${params.inviterName} invites you to ${params.workspaceName}`,
    greeting: params.name,
    paragraphs: [`${params.inviterName} invites you to the workspace ${params.workspaceName}, where your team keeps its data.`],
    action: { label: "Accept the invitation", url: params.link },
    notes: [`The link works once, for ${params.days} days, and only for this address.`, "If you do not know the sender, ignore this mail."],
  };
}
