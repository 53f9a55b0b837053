import {
  acceptInvitation,
  askPasswordReset,
  beginSecondFactor,
  changePassword,
  claimDevice,
  decideDevice,
  disableSecondFactor,
  endOtherSessions,
  endSession,
  type Granted,
  getAuthConfig,
  getDevice,
  getInvitation,
  getMe,
  getSetupState,
  listSessions,
  ratePassword,
  refreshSession,
  register,
  renewBackupCodes,
  resendVerification,
  resetPassword,
  setUpInstance,
  signIn,
  signOut,
  startDevice,
  verifyEmail,
  verifySecondFactor,
} from "@granary/core/identity";
import type { authRoutes } from "@granary/protocol";
import { type Answer, answer, type Cookie, type HandlersOf } from "../http/answer.ts";
import { SESSION_COOKIE } from "../http/authenticate.ts";

const SENT = { status: "sent" } as const;
const noCookie: Cookie = { name: SESSION_COOKIE, value: null };

/** A sign-in's answer, with the session cookie for browsers. */
function signedIn<A>({ answer: body, cookie }: Granted<A>, status = 200): Answer<A> {
  if (cookie === null) return answer(body, { status });
  const { value, maxAgeS } = cookie;
  return answer(body, { status, cookies: [{ name: SESSION_COOKIE, value, ...(maxAgeS === undefined ? {} : { maxAgeS }) }] });
}

export const authHandlers: HandlersOf<typeof authRoutes> = {
  "auth.config": (ctx) => getAuthConfig(ctx),
  "auth.setupState": (ctx, { query }) => getSetupState(ctx, query.token),
  "auth.setup": async (ctx, { body }) => signedIn(await setUpInstance(ctx, body), 201),
  "auth.register": async (ctx, { body }) => {
    const granted = await register(ctx, body);
    return granted === null ? answer(SENT, { status: 202 }) : signedIn(granted, 201);
  },
  "auth.login": async (ctx, { body }) => signedIn<(Granted | Awaited<ReturnType<typeof signIn>>)["answer"]>(await signIn(ctx, body)),
  "auth.logout": async (ctx) => {
    await signOut(ctx);
    return answer(undefined, { cookies: [noCookie] });
  },
  "auth.refresh": async (ctx, { body }) => signedIn(await refreshSession(ctx, body?.refreshToken)),
  "auth.me": (ctx) => getMe(ctx),
  "auth.verifyEmail": (ctx, { body }) => verifyEmail(ctx, body.token),
  "auth.resendVerification": async (ctx, { body }) => {
    await resendVerification(ctx, body.email);
    return answer(SENT, { status: 202 });
  },
  "auth.resetPassword": async (ctx, { body }) => {
    if ("token" in body) {
      await resetPassword(ctx, body);
      return { status: "changed" };
    }
    await askPasswordReset(ctx, body.email);
    return answer(SENT, { status: 202 });
  },
  "auth.changePassword": async (ctx, { body }) => ({ status: "changed", sessionsEnded: await changePassword(ctx, body) }),
  "auth.passwordStrength": (_ctx, { body }) => ratePassword(body.password, body),
  "auth.secondFactorSetup": (ctx, { body }) => beginSecondFactor(ctx, body.password),
  "auth.secondFactorVerify": async (ctx, { body }) => {
    const verified = await verifySecondFactor(ctx, body.code);
    return "granted" in verified ? signedIn(verified.granted) : { status: "enabled", backupCodes: verified.backupCodes };
  },
  "auth.secondFactorDisable": async (ctx, { body }) => {
    await disableSecondFactor(ctx, body);
    return { status: "disabled" };
  },
  "auth.backupCodes": async (ctx, { body }) => ({ backupCodes: await renewBackupCodes(ctx, body.password) }),
  "auth.sessions": (ctx, { query }) => listSessions(ctx, query),
  "auth.endSession": async (ctx, { params }) => {
    await endSession(ctx, params.id);
    return answer(undefined, params.id === ctx.principal.sessionId ? { cookies: [noCookie] } : {});
  },
  "auth.endOtherSessions": async (ctx) => ({ ended: await endOtherSessions(ctx) }),
  "auth.deviceStart": (ctx, { body }) => startDevice(ctx, body.clientName),
  "auth.deviceToken": async (ctx, { body }) => signedIn(await claimDevice(ctx, body.deviceCode)),
  "auth.deviceGet": (ctx, { params }) => getDevice(ctx, params.userCode),
  "auth.deviceApprove": async (ctx, { params }) => ({ status: "approved", clientName: await decideDevice(ctx, params.userCode, true) }),
  "auth.deviceDeny": async (ctx, { params }) => ({ status: "denied", clientName: await decideDevice(ctx, params.userCode, false) }),
  "auth.invitation": (ctx, { params }) => getInvitation(ctx, params.token),
  "auth.acceptInvitation": (ctx, { params }) => acceptInvitation(ctx, params.token),
};
