import { z } from "zod";
import { account } from "./account.ts";

/** A token from a link in a mail or printed at the first start. */
export const linkToken = z.string().min(1).max(128);

const credential = {
  /** A bearer token, next to the httpOnly cookie that browsers get. */
  accessToken: z.string(),
  tokenType: z.literal("Bearer"),
  /** Seconds the access token lasts. */
  expiresIn: z.number().int(),
};

/** A complete sign-in. */
export const signedIn = z
  .object({
    status: z.literal("signed_in"),
    ...credential,
    refreshToken: z.string(),
    secondFactorRequired: z.literal(false),
    /** What this session must do before anything else is answered. */
    restriction: z.enum(["password_change", "second_factor_enrolment"]).nullable(),
    user: account,
  })
  .meta({ id: "SignedIn" });

/** The password was right; this token can only finish or abandon the sign-in. */
export const secondFactorPending = z
  .object({ status: z.literal("second_factor"), ...credential, secondFactorRequired: z.literal(true) })
  .meta({ id: "SecondFactorPending" });

export type SignedIn = z.infer<typeof signedIn>;
export type SecondFactorPending = z.infer<typeof secondFactorPending>;
