import { isAppError } from "@granary/kernel";
import { type CheckStep, problem } from "@granary/protocol";

interface S3Error extends Error {
  readonly code?: string;
  readonly Code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

interface Reading {
  readonly step: CheckStep["name"];
  readonly reason: string;
}

const KNOWN: Readonly<Record<string, Reading>> = {
  InvalidAccessKeyId: { step: "credentials", reason: "it does not know the access key" },
  SignatureDoesNotMatch: { step: "credentials", reason: "the secret of the access key is wrong" },
  AuthorizationHeaderMalformed: { step: "credentials", reason: "the bucket is in another region" },
  PermanentRedirect: { step: "database", reason: "the bucket is in another region" },
  NoSuchBucket: { step: "database", reason: "there is no such bucket" },
  AccessDenied: { step: "permission", reason: "the access key may not do that" },
  Forbidden: { step: "permission", reason: "the access key may not do that" },
};

const TLS = /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

function answered(error: S3Error, host: string, status: number): Error {
  if (status === 0) return problem("connection.lost", { host, reason: "the way to it broke" }, { cause: error });
  const mayPass = status >= 500 || status === 429;
  return mayPass
    ? problem("connection.lost", { host, reason: `it answered ${status}` }, { cause: error })
    : problem("connection.refused", { reason: `it answered ${status} (${error.Code ?? error.name})` }, { cause: error });
}

/** What a storage or the way to it said, as a problem. */
export function s3Fault(error: unknown, host: string, key: string): Error {
  if (isAppError(error)) return error;
  const fault = error as S3Error;
  if (isAppError(fault.cause)) return fault.cause;
  const name = fault.Code ?? fault.name;
  const status = fault.$metadata?.httpStatusCode ?? 0;
  const known = TLS.test(fault.code ?? "") ? ({ step: "encryption", reason: `its certificate is not accepted (${fault.code})` } as const) : KNOWN[name];
  if (known !== undefined) return problem("connection.refused", { reason: known.reason, stage: known.step }, { cause: error });
  if (name === "NoSuchKey" || name === "NotFound" || status === 404) return problem("connection.stream_not_found", { stream: key }, { cause: error });
  return answered(fault, host, status);
}
