import type { Letter } from "./layout.ts";

/** Welcomes a person for whom an administrator made an account. */
export function accountCreated(params: {
  readonly name: string;
  readonly workspaceName: string;
  readonly createdBy: string;
  readonly link: string;
  readonly hours: number;
}): Letter {
  return {
    subject: `Your account in ${params.workspaceName}`,
    greeting: params.name,
    paragraphs: [`${params.createdBy} made an account for you in the workspace ${params.workspaceName}. Choose a password to begin.`],
    action: { label: "Choose a password", url: params.link },
    notes: [`The link works once, for ${params.hours} hours. After that, ask for another under "Forgot password".`],
  };
}
