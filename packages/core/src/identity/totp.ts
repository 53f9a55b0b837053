const PERIOD_S = 30;

/** A new authenticator secret of 160 bits in base 32, and the address an authenticator reads from a QR code. */
export async function newTotp(account: string): Promise<{ secret: string; uri: string }> {
  const { generateSecret, generateURI } = await import("otplib");
  const secret = generateSecret();
  return { secret, uri: generateURI({ issuer: "Granary", label: account, secret }) };
}

/**
 * The time step a six-digit code is valid for: this one, the one before or the one after, but later than `afterStep`,
 * so that a code works once. Undefined when it is valid for none. RFC 6238 with SHA-1 and 30 s, as all authenticators do.
 */
export async function matchTotp(secret: string, code: string, options: { readonly now: Date; readonly afterStep: number | null }): Promise<number | undefined> {
  if (!/^\d{6}$/.test(code)) return undefined;
  const { verifySync } = await import("otplib");
  const epoch = Math.floor(options.now.getTime() / 1_000);
  const result = verifySync({ secret, token: code, epoch, epochTolerance: PERIOD_S, period: PERIOD_S });
  if (!result.valid || !("timeStep" in result)) return undefined;
  return options.afterStep === null || result.timeStep > options.afterStep ? result.timeStep : undefined;
}
