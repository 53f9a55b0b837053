/** Roles in it sign in with a password, everybody else does without. */
export const PASSWORD_ROLE = "needs_password";
