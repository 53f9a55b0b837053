import { accountCreated } from "./account-created.ts";
import { accountExists } from "./account-exists.ts";
import { accountLocked } from "./account-locked.ts";
import { changeRequest } from "./change-request.ts";
import { invitation } from "./invitation.ts";
import { mailTest } from "./mail-test.ts";
import { passwordChanged } from "./password-changed.ts";
import { pipelineRun } from "./pipeline-run.ts";
import { resetPassword } from "./reset-password.ts";
import { secondFactorChanged } from "./second-factor-changed.ts";
import { verifyEmail } from "./verify-email.ts";

/** Every kind of mail the platform sends. */
export const TEMPLATES = {
  account_created: accountCreated,
  account_exists: accountExists,
  account_locked: accountLocked,
  change_request: changeRequest,
  invitation,
  mail_test: mailTest,
  password_changed: passwordChanged,
  pipeline_run: pipelineRun,
  reset_password: resetPassword,
  second_factor_changed: secondFactorChanged,
  verify_email: verifyEmail,
} as const;

export type MailKind = keyof typeof TEMPLATES;

export type MailParams<K extends MailKind> = Parameters<(typeof TEMPLATES)[K]>[0];

export { type DrawnMail, draw, type Letter } from "./layout.ts";
