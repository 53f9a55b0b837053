import type { CallRequest } from "@granary/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { sessionQuery } from "./session.ts";

export const authConfigQuery = () =>
  queryOptions({ queryKey: ["auth", "config"], queryFn: ({ signal }) => api.call("auth.config", { signal }), staleTime: 60_000 });

export const setupStateQuery = (token: string | undefined) =>
  queryOptions({
    queryKey: ["auth", "setup", token],
    queryFn: ({ signal }) => api.call("auth.setupState", { query: token === undefined ? {} : { token }, signal }),
  });

export const invitationLinkQuery = (token: string) =>
  queryOptions({ queryKey: ["auth", "invitation", token], queryFn: ({ signal }) => api.call("auth.invitation", { params: { token }, signal }), retry: false });

export const deviceQuery = (userCode: string) =>
  queryOptions({
    queryKey: ["auth", "device", userCode],
    queryFn: ({ signal }) => api.call("auth.deviceGet", { params: { userCode }, signal }),
    retry: false,
    staleTime: 0,
  });

export const passwordStrengthQuery = (input: { password: string; email?: string; name?: string }) =>
  queryOptions({
    queryKey: ["auth", "strength", input],
    queryFn: ({ signal }) => api.call("auth.passwordStrength", { body: input, signal }),
    enabled: input.password !== "",
    gcTime: 0,
    staleTime: 60_000,
  });

function useAfterSignIn() {
  const client = useQueryClient();
  return () => client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "auth" });
}

export function useSignIn() {
  const forget = useAfterSignIn();
  return useMutation({ mutationFn: (body: CallRequest<"auth.login">["body"]) => api.call("auth.login", { body }), onSuccess: forget });
}

export function useSetup() {
  const forget = useAfterSignIn();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CallRequest<"auth.setup">["body"]) => api.call("auth.setup", { body }),
    onSuccess: () => {
      forget();
      client.removeQueries({ queryKey: ["auth"] });
    },
  });
}

export function useRegister() {
  const forget = useAfterSignIn();
  return useMutation({ mutationFn: (body: CallRequest<"auth.register">["body"]) => api.call("auth.register", { body }), onSuccess: forget });
}

export function useVerifySecondFactor() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (code: string) => api.call("auth.secondFactorVerify", { body: { code } }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery().queryKey }),
  });
}

export function useStartSecondFactor() {
  return useMutation({ mutationFn: (password: string) => api.call("auth.secondFactorSetup", { body: { password } }) });
}

export function useDisableSecondFactor() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { password: string; code: string }) => api.call("auth.secondFactorDisable", { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery().queryKey }),
  });
}

export function useRenewBackupCodes() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (password: string) => api.call("auth.backupCodes", { body: { password } }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery().queryKey }),
  });
}

export function useVerifyEmail() {
  return useMutation({ mutationFn: (token: string) => api.call("auth.verifyEmail", { body: { token } }) });
}

export function useResendVerification() {
  return useMutation({ mutationFn: (email: string) => api.call("auth.resendVerification", { body: { email } }) });
}

export function useAskPasswordReset() {
  return useMutation({ mutationFn: (email: string) => api.call("auth.resetPassword", { body: { email } }) });
}

export function useResetPassword() {
  return useMutation({ mutationFn: (body: { token: string; newPassword: string }) => api.call("auth.resetPassword", { body }) });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { currentPassword: string; newPassword: string }) => api.call("auth.changePassword", { body }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["sessions"] }), client.invalidateQueries({ queryKey: sessionQuery().queryKey })]),
  });
}

export function useAcceptInvitation() {
  const client = useQueryClient();
  return useMutation({ mutationFn: (token: string) => api.call("auth.acceptInvitation", { params: { token } }), onSuccess: () => client.clear() });
}

export function useAnswerDevice() {
  return useMutation({
    mutationFn: async ({ userCode, approve }: { userCode: string; approve: boolean }) =>
      approve ? await api.call("auth.deviceApprove", { params: { userCode } }) : await api.call("auth.deviceDeny", { params: { userCode } }),
  });
}
